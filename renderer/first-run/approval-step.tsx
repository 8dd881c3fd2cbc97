import { Button, Spinner } from '@fluentui/react-components';
import { useEffect, type ReactNode } from 'react';
import type { ApprovalId } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ApprovalCard } from '../card/approval-card.tsx';
import { Panel } from '../look/layout.tsx';
import { ErrorNote } from '../look/note.tsx';

export interface ApprovalStepProps {
  /** The question shown so far. */
  readonly asked: ApprovalId | null;
  readonly onAsked: (asked: ApprovalId) => void;
}

/** Step 3: the first real card, as it comes. It stays in view after its answer. */
export function ApprovalStep({ asked, onAsked }: ApprovalStepProps): ReactNode {
  const approvals = useSnapshot((snapshot) => snapshot.approvals);
  const approval = approvals.find(({ id }) => id === asked) ?? approvals.find(({ answer }) => answer === null) ?? null;
  const found = approval?.id ?? null;
  useEffect(() => {
    if (found !== null) onAsked(found);
  }, [found, onAsked]);
  return approval === null ? <Waiting /> : <ApprovalCard approval={approval} />;
}

function Waiting(): ReactNode {
  const text = useText();
  const practice = useCall('startPractice');
  const hasPractice = useSnapshot(({ agents }) => agents.some(({ isPractice }) => isPractice));
  return (
    <Panel>
      <div className="cs-first-waiting">
        <Spinner size="small" label={text('firstRun.waiting')} labelPosition="below" />
        {!hasPractice && (
          <Button disabledFocusable={practice.isBusy} onClick={() => void practice.run(undefined)}>
            {text('firstRun.practice.start')}
          </Button>
        )}
        <ErrorNote problem={practice.problem} />
      </div>
    </Panel>
  );
}
