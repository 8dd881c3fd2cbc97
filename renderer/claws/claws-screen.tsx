import { Button } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { BotRegular } from '@fluentui/react-icons/svg/bot';
import { useState, type ReactNode } from 'react';
import type { Agent } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { EmptyState, ErrorNote, ScreenHeader } from '../look/index.ts';
import '../look/lists.css';
import { AddClawDialog } from './add-claw-dialog.tsx';
import { ChooseConnectionsDialog } from './choose-connections-dialog.tsx';
import { ClawCard, type ClawDialog } from './claw-card.tsx';
import './claws.css';
import { ConnectDialog } from './connect-dialog.tsx';
import { ForgetDialog } from './forget-dialog.tsx';
import { RunDialog } from './run-dialog.tsx';
import { RunLogDialog } from './run-log-dialog.tsx';
import { OwnCommandsDialog } from './own-commands-dialog.tsx';

/** Who may work for this person, and what each can use. */
export function ClawsScreen(): ReactNode {
  const text = useText();
  const agents = useSnapshot((snapshot) => snapshot.agents);
  const [isAdding, setAdding] = useState(false);
  const [opened, setOpened] = useState<{ readonly dialog: ClawDialog; readonly agent: Agent } | null>(null);
  const close = (): void => setOpened(null);
  return (
    <div className="cs-claws">
      <ScreenHeader title={text('clawsScreen.title')} subtitle={text('clawsScreen.subtitle')}>
        {agents.length > 0 && (
          <Button appearance="primary" icon={<AddRegular />} onClick={() => setAdding(true)}>
            {text('clawsScreen.add')}
          </Button>
        )}
      </ScreenHeader>
      {agents.length === 0 ? (
        <NoClaws onAdd={() => setAdding(true)} />
      ) : (
        <ul className="cs-cards" aria-label={text('clawsScreen.list')}>
          {agents.map((agent) => (
            <ClawCard key={agent.id} agent={agent} onOpen={(dialog) => setOpened({ dialog, agent })} />
          ))}
        </ul>
      )}
      {isAdding && <AddClawDialog onClose={() => setAdding(false)} />}
      {opened?.dialog === 'connect' && <ConnectDialog agent={opened.agent} onClose={close} />}
      {opened?.dialog === 'choose' && <ChooseConnectionsDialog agent={opened.agent} onClose={close} />}
      {opened?.dialog === 'own' && <OwnCommandsDialog agent={opened.agent} onClose={close} />}
      {opened?.dialog === 'run' && <RunDialog agent={opened.agent} onClose={close} />}
      {opened?.dialog === 'log' && <RunLogDialog agent={opened.agent} onClose={close} />}
      {opened?.dialog === 'forget' && <ForgetDialog agent={opened.agent} onClose={close} />}
    </div>
  );
}

function NoClaws({ onAdd }: { readonly onAdd: () => void }): ReactNode {
  const text = useText();
  const practice = useCall('startPractice');
  return (
    <>
      <EmptyState
        picture={<BotRegular fontSize={32} />}
        title={text('clawsScreen.empty.title')}
        actions={
          <>
            <Button appearance="primary" icon={<AddRegular />} onClick={onAdd}>
              {text('clawsScreen.add')}
            </Button>
            <Button disabledFocusable={practice.isBusy} onClick={() => void practice.run(undefined)}>
              {text('clawsScreen.empty.practice')}
            </Button>
          </>
        }
      >
        {text('clawsScreen.empty.text')}
      </EmptyState>
      <ErrorNote problem={practice.problem} />
    </>
  );
}
