import { Spinner } from '@fluentui/react-components';
import type { ReactNode } from 'react';

/** A place that waits for main; the label says for what. */
export function Busy({ label }: { readonly label: string }): ReactNode {
  return (
    <output className="cs-empty">
      <Spinner size="small" label={label} labelPosition="below" />
    </output>
  );
}
