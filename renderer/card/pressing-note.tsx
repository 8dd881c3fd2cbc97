import { Button } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { Approval } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote, Note } from '../look/note.tsx';
import { useNow } from '../look/use-now.ts';

/** More questions of one Claw than that, within that many milliseconds, are too many to think about each. */
const many = 5;
const lately = 10 * 60_000;

/** Offers to pause a Claw that asks so often that its questions are no longer read. */
export function PressingNote({ agent }: Pick<Approval, 'agent'>): ReactNode {
  const text = useText();
  const now = useNow(30_000);
  const count = useSnapshot(({ approvals }) => approvals.filter((other) => other.kind === 'action' && other.agent.id === agent.id && now - other.askedAt < lately).length);
  const pause = useCall('setAgentPaused');
  if (count <= many) return null;
  return (
    <Note tone="mind">
      <span className="cs-row cs-row-wrap">
        <span className="cs-grow">{text('cardView.pressing', { agent: agent.name, count })}</span>
        <Button size="small" disabledFocusable={pause.isBusy} onClick={() => void pause.run({ id: agent.id, isPaused: true })}>
          {text('cardView.pressing.pause')}
        </Button>
      </span>
      <ErrorNote problem={pause.problem} />
    </Note>
  );
}
