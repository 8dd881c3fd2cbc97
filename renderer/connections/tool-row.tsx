import { Button } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { toolRule, type Tool, type ToolRule } from '../../preload/contract.ts';
import { Say, useSay, useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { Disarmed } from '../look/index.ts';
import { ManagedBy } from '../look/managed.tsx';
import { Segmented } from '../look/segmented.tsx';

export interface ToolRowProps {
  readonly tool: Tool;
  /** Null takes the person's own choice back. */
  readonly onChoose: (rule: ToolRule | null) => void;
}

/** One thing a Claw could do, and whether it may. */
export function ToolRow({ tool, onChoose }: ToolRowProps): ReactNode {
  const text = useText();
  const say = useSay();
  const sentence = say(tool.sentence);
  return (
    <li className="cs-tool">
      <div className="cs-grow">
        <p className="cs-tool-sentence">
          <Say message={tool.sentence} />
        </p>
        <p className="cs-item-quiet">
          <WhoChose tool={tool} sentence={sentence} onTakeBack={() => onChoose(null)} />
        </p>
        <details className="cs-details">
          <summary aria-label={text('connectionsScreen.tools.detailsNamed', { sentence })}>{text('connectionsScreen.tools.details')}</summary>
          {tool.description !== '' && (
            <p className="cs-anywhere cs-tool-description">
              <Disarmed text={text('connectionsScreen.tools.says', { description: tool.description })} />
            </p>
          )}
          <p className="cs-anywhere">
            {text('connectionsScreen.tools.name')}:{' '}
            <code className="cs-mono">
              <Disarmed text={tool.name} />
            </code>
          </p>
        </details>
      </div>
      <Segmented
        label={sentence}
        isDisabled={tool.isLocked}
        value={tool.rule}
        options={toolRule.options.map((value) => ({ value, name: text(`connectionsScreen.rule.${value}`) }))}
        onChange={onChoose}
      />
    </li>
  );
}

function WhoChose({ tool, sentence, onTakeBack }: { readonly tool: Tool; readonly sentence: string; readonly onTakeBack: () => void }): ReactNode {
  const text = useText();
  const profile = useSnapshot(({ rules }) => rules.profile);
  if (tool.isLocked) return <ManagedBy />;
  if (!tool.isOwnChoice) return text('connectionsScreen.tools.byProfile', { profile: text(`rulesScreen.profile.${profile}`) });
  return (
    <>
      {text('connectionsScreen.tools.own')}
      <Button className="cs-take-back" size="small" appearance="transparent" aria-label={text('connectionsScreen.tools.takeBackNamed', { sentence })} onClick={onTakeBack}>
        {text('connectionsScreen.tools.takeBack')}
      </Button>
    </>
  );
}
