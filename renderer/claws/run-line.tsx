import { Button } from '@fluentui/react-components';
import { ArrowSyncRegular } from '@fluentui/react-icons/svg/arrow-sync';
import { PlayRegular } from '@fluentui/react-icons/svg/play';
import { StopRegular } from '@fluentui/react-icons/svg/stop';
import { TextAlignLeftRegular } from '@fluentui/react-icons/svg/text-align-left';
import type { ReactNode } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Agent, ClawRun, Tone } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { byteText } from '../look/byte-text.ts';
import { Chip, Disarmed, ErrorNote, Joined, TimeText } from '../look/index.ts';
import type { ClawDialog } from './claw-card.tsx';

export interface RunLineProps {
  readonly agent: Agent;
  readonly run: ClawRun;
  readonly onOpen: (dialog: ClawDialog) => void;
}

const tones: Record<ClawRun['state'], Tone> = { stopped: 'neutral', starting: 'neutral', running: 'good', frozen: 'mind', stopping: 'neutral' };

/** A Claw that this app starts: whether it runs, what it uses up, and the buttons for it. */
export function RunLine({ agent, run, onOpen }: RunLineProps): ReactNode {
  const text = useText();
  const [starting, stopping, restarting] = [useCall('startClaw'), useCall('stopClaw'), useCall('restartClaw')];
  const { id, name } = agent;
  const isOn = run.state === 'running' || run.state === 'frozen';
  const isBusy = run.state === 'starting' || run.state === 'stopping';
  return (
    <div className="cs-claw-run">
      <p className="cs-item-line cs-claw-run-state">
        <Chip tone={tones[run.state]}>{text(`clawsScreen.run.state.${run.state}`)}</Chip>
        <span className="cs-mono cs-anywhere" dir="ltr">
          <Disarmed text={run.command} />
        </span>
      </p>
      <RunFacts run={run} />
      <div className="cs-claw-run-actions">
        {isOn ? (
          <>
            <Button size="small" icon={<StopRegular />} disabledFocusable={stopping.isBusy} aria-label={text('clawsScreen.run.stopNamed', { name })} onClick={() => void stopping.run({ id })}>
              {text('clawsScreen.run.stop')}
            </Button>
            <Button size="small" icon={<ArrowSyncRegular />} disabledFocusable={restarting.isBusy} aria-label={text('clawsScreen.run.restartNamed', { name })} onClick={() => void restarting.run({ id })}>
              {text('clawsScreen.run.restart')}
            </Button>
          </>
        ) : (
          <Button size="small" icon={<PlayRegular />} disabledFocusable={isBusy || starting.isBusy} aria-label={text('clawsScreen.run.startNamed', { name })} onClick={() => void starting.run({ id })}>
            {text('clawsScreen.run.start')}
          </Button>
        )}
        <Button size="small" appearance="subtle" icon={<TextAlignLeftRegular />} aria-label={text('clawsScreen.run.logNamed', { name })} onClick={() => onOpen('log')}>
          {text('clawsScreen.run.log')}
        </Button>
      </div>
      <ErrorNote problem={starting.problem ?? stopping.problem ?? restarting.problem ?? run.last?.problem ?? null} />
    </div>
  );
}

function RunFacts({ run }: { readonly run: ClawRun }): ReactNode {
  const text = useText();
  const intl = useIntl();
  const { figures, last, since } = run;
  if (since === null) {
    if (last === null || last.problem !== null) return null;
    return (
      <p className="cs-item-quiet">
        <FormattedMessage id="clawsScreen.run.ended" values={{ how: text(`clawsScreen.run.ended.${last.limit !== null ? 'limit' : last.code === 0 ? 'done' : 'failed'}`, { limit: last.limit ?? '', code: last.code ?? last.signal ?? '' }), ago: <TimeText at={last.at} show="relative" /> }} />
      </p>
    );
  }
  return (
    <p className="cs-item-quiet">
      <Joined>
        <span>
          <FormattedMessage id="clawsScreen.run.since" values={{ ago: <TimeText at={since} show="relative" /> }} />
        </span>
        {figures !== null && <span>{text('clawsScreen.run.processes', { count: figures.processes })}</span>}
        {figures !== null && <span>{text('clawsScreen.run.memory', { size: byteText(intl, figures.memory) })}</span>}
        {figures !== null && <span>{text('clawsScreen.run.processor', { share: figures.processor })}</span>}
      </Joined>
    </p>
  );
}
