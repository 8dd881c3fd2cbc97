import { BeakerRegular } from '@fluentui/react-icons/svg/beaker';
import { FolderOpenRegular } from '@fluentui/react-icons/svg/folder-open';
import { GlobeRegular } from '@fluentui/react-icons/svg/globe';
import { MailRegular } from '@fluentui/react-icons/svg/mail';
import { WindowConsoleRegular } from '@fluentui/react-icons/svg/window-console';
import type { ReactNode } from 'react';
import type { Connection } from '../../preload/contract.ts';

const pictures: Record<Connection['kind'], ReactNode> = {
  email: <MailRegular fontSize={24} />,
  practice: <BeakerRegular fontSize={24} />,
  command: <WindowConsoleRegular fontSize={24} />,
  remote: <GlobeRegular fontSize={24} />,
  workbench: <FolderOpenRegular fontSize={24} />,
};

/** What kind of connection it is, as a picture. Decorative: the kind is also written. */
export function KindPicture({ kind }: { readonly kind: Connection['kind'] }): ReactNode {
  return (
    <span className={`cs-kind-picture cs-kind-picture-${kind}`} aria-hidden>
      {pictures[kind]}
    </span>
  );
}
