import { Radio, RadioGroup } from '@fluentui/react-components';
import { useId, type ReactNode } from 'react';
import { agentOptions, type Agent, type AgentOption } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { Advanced, ErrorNote, NumberField } from '../look/index.ts';
import { ManagedBy } from '../look/managed.tsx';
import { Segmented } from '../look/segmented.tsx';

const waitLimits = agentOptions.shape.waitSeconds.unwrap();
const callLimits = agentOptions.shape.callsPerMinute;
const toolModes = agentOptions.shape.toolMode.options;

interface OptionProps {
  readonly agent: Agent;
}

/** How one Claw is treated: how long it waits, which tools it is shown, how much it may do. What the organization fixed is locked. */
export function ClawOptions({ agent }: OptionProps): ReactNode {
  return (
    <Advanced name={agent.name}>
      <Option agent={agent} option="waitSeconds">
        <WaitOption agent={agent} />
      </Option>
      <Option agent={agent} option="toolMode">
        <ToolsOption agent={agent} />
      </Option>
      <Option agent={agent} option="callsPerMinute">
        <CallsOption agent={agent} />
      </Option>
    </Advanced>
  );
}

function Option({ agent, option, children }: OptionProps & { readonly option: AgentOption; readonly children: ReactNode }): ReactNode {
  return (
    <div className="cs-option">
      {children}
      {agent.lockedOptions.includes(option) && <ManagedBy />}
    </div>
  );
}

/** As long as Settings says, or its own time; choosing that starts from what Settings says. */
function WaitOption({ agent }: OptionProps): ReactNode {
  const text = useText();
  const usual = useSnapshot(({ settings }) => settings.clientWaitSeconds);
  const saving = useCall('setAgentOptions');
  const ids = useId();
  const { id, name, waitSeconds } = agent;
  const isLocked = agent.lockedOptions.includes('waitSeconds');
  const save = async (seconds: number | null): Promise<boolean> => (await saving.run({ id, waitSeconds: seconds })) !== null;
  return (
    <>
      <div className="cs-option-label" id={`${ids}-label`}>
        {text('clawsScreen.wait')}
      </div>
      <RadioGroup
        aria-labelledby={`${ids}-label`}
        aria-describedby={`${ids}-why`}
        value={waitSeconds === null ? 'app' : 'own'}
        disabled={isLocked}
        onChange={(_event, data) => void save(data.value === 'own' ? usual : null)}
      >
        <Radio value="app" label={text('clawsScreen.wait.app', { seconds: usual })} />
        <Radio value="own" label={text('clawsScreen.wait.own')} />
      </RadioGroup>
      {waitSeconds === null ? (
        <ErrorNote problem={saving.problem} />
      ) : (
        <div className="cs-option-inner">
          <NumberField
            label={text('clawsScreen.wait.seconds')}
            unit={text('settings.seconds')}
            value={waitSeconds}
            min={waitLimits.minValue ?? 1}
            max={waitLimits.maxValue ?? 1}
            isDisabled={isLocked}
            problem={saving.problem}
            save={save}
          />
        </div>
      )}
      <p className="cs-item-quiet" id={`${ids}-why`}>
        {text('clawsScreen.wait.hint', { name })}
      </p>
    </>
  );
}

function ToolsOption({ agent }: OptionProps): ReactNode {
  const text = useText();
  const saving = useCall('setAgentOptions');
  const hint = useId();
  const { id, toolMode } = agent;
  return (
    <>
      <div className="cs-option-label" aria-hidden>
        {text('clawsScreen.tools')}
      </div>
      <Segmented
        label={text('clawsScreen.tools')}
        describedBy={hint}
        options={toolModes.map((mode) => ({ value: mode, name: text(`clawsScreen.tools.${mode}`) }))}
        value={toolMode}
        isDisabled={agent.lockedOptions.includes('toolMode')}
        onChange={(mode) => void saving.run({ id, toolMode: mode })}
      />
      <p className="cs-item-quiet" id={hint}>
        {text(`clawsScreen.tools.${toolMode}.hint`)}
      </p>
      <ErrorNote problem={saving.problem} />
    </>
  );
}

function CallsOption({ agent }: OptionProps): ReactNode {
  const text = useText();
  const saving = useCall('setAgentOptions');
  const { id, callsPerMinute } = agent;
  return (
    <NumberField
      label={text('clawsScreen.calls')}
      hint={text('clawsScreen.calls.hint')}
      value={callsPerMinute}
      min={callLimits.minValue ?? 1}
      max={callLimits.maxValue ?? 1}
      isDisabled={agent.lockedOptions.includes('callsPerMinute')}
      problem={saving.problem}
      save={async (calls) => (await saving.run({ id, callsPerMinute: calls })) !== null}
    />
  );
}
