import { Menu, MenuButton, MenuItem, MenuList, MenuPopover, MenuTrigger, Spinner } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons/svg/arrow-download';
import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';

export interface ExportMenuProps {
  readonly isBusy: boolean;
  readonly onExport: (format: 'csv' | 'jsonl') => void;
}

/** Offers what is filtered as a file. */
export function ExportMenu({ isBusy, onExport }: ExportMenuProps): ReactNode {
  const text = useText();
  return (
    <Menu>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton disabledFocusable={isBusy} menuIcon={null} icon={isBusy ? <Spinner size="extra-tiny" /> : <ArrowDownloadRegular />}>
          {text(isBusy ? 'activityScreen.export.busy' : 'activityScreen.export.button')}
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuItem onClick={() => onExport('csv')}>{text('activityScreen.export.csv')}</MenuItem>
          <MenuItem onClick={() => onExport('jsonl')}>{text('activityScreen.export.jsonl')}</MenuItem>
        </MenuList>
        <p className="cs-menu-note">{text('activityScreen.export.note')}</p>
      </MenuPopover>
    </Menu>
  );
}
