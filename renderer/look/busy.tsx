import { Spinner } from '@fluentui/react-components';
import type { ReactNode } from 'react';

/** A place that waits for main; the label says for what. There is none before the language is known. */
export function Busy({ label }: { readonly label?: string }): ReactNode {
  return (
    <output className="cs-empty">
      <Spinner size="small" labelPosition="below" {...(label === undefined ? {} : { label })} />
    </output>
  );
}
