import { LockClosedRegular } from '@fluentui/react-icons/svg/lock-closed';
import type { ReactNode } from 'react';
import type { Rule } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { Disarmed } from './disarmed.tsx';

/** "Managed by Acme IT · contact it-help@acme.example": beside whatever the organization has fixed. */
export function ManagedBy({ hasContact = false }: { readonly hasContact?: boolean }): ReactNode {
  const text = useText();
  const managedBy = useSnapshot(({ status }) => status.managedBy);
  const words =
    managedBy === null
      ? text('screens.managed')
      : hasContact && managedBy.contact !== null
        ? text('screens.managedByContact', { name: managedBy.name, contact: managedBy.contact })
        : text('screens.managedBy', { name: managedBy.name });
  return (
    <span className="cs-managed-by">
      <LockClosedRegular aria-hidden fontSize={14} />
      <span className="cs-anywhere">
        <Disarmed text={words} />
      </span>
    </span>
  );
}

/** Who a rule comes from: "Acme IT", "Your own rules", "Countersign’s built-in rules". */
export function LayerName({ layer }: { readonly layer: Rule['layer'] }): ReactNode {
  const text = useText();
  const managedBy = useSnapshot(({ status }) => status.managedBy);
  if (layer === 'organization' && managedBy !== null) return <Disarmed text={managedBy.name} />;
  return text(`screens.layer.${layer}`);
}
