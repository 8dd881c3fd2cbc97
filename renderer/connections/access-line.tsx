import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import type { ServerAccess } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { Disarmed } from '../look/index.ts';

/** What a program in the sandbox can reach, in one line; full access is a chip. */
export function AccessLine({ access }: { readonly access: ServerAccess & { readonly kind: 'sandbox' } }): ReactNode {
  const text = useText();
  const intl = useIntl();
  const named = (['readable', 'writable', 'hosts'] as const).filter((list) => access[list].length > 0);
  const sentences = named.map((list) => text(`connectionsScreen.access.line.${list}`, { list: intl.formatList(access[list], { type: 'conjunction' }) }));
  return (
    <p className="cs-item-quiet cs-anywhere">
      <Disarmed text={text('connectionsScreen.access.line', { count: named.length, more: sentences.join(' ') })} />
    </p>
  );
}
