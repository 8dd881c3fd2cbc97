import { Button } from '@fluentui/react-components';
import { CheckmarkRegular } from '@fluentui/react-icons/svg/checkmark';
import { CopyRegular } from '@fluentui/react-icons/svg/copy';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { useText } from '../app/intl.tsx';

/** Puts text on the clipboard; false when the system refuses. */
async function copy(value: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(value);
    return true;
  } catch {
    // The asynchronous clipboard needs a permission that our shells deny; the older command works from a click.
    const area = document.createElement('textarea');
    area.value = value;
    area.className = 'cs-hidden';
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand('copy');
    area.remove();
    return isCopied;
  }
}

/** Exact text to take elsewhere (an address, a command, JSON), with a Copy button that says when it worked. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }): ReactNode {
  const text = useText();
  const id = useId();
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), 2500);
    return () => clearTimeout(timer);
  }, [state]);
  const word = text(`look.copy.${state}`);
  return (
    <div>
      <div className="cs-copy-label" id={id}>
        {label}
      </div>
      <div className="cs-copy">
        {/* Scrolls, so the keyboard must reach it. */}
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/prefer-tag-over-role */}
        <pre role="group" aria-labelledby={id} tabIndex={0}>
          {value}
        </pre>
        <Button
          size="small"
          icon={state === 'copied' ? <CheckmarkRegular /> : <CopyRegular />}
          onClick={() => void copy(value).then((isCopied) => setState(isCopied ? 'copied' : 'refused'))}
        >
          {word}
        </Button>
      </div>
      <output className="cs-hidden">
        {state === 'idle' ? '' : word}
      </output>
    </div>
  );
}
