import { Button } from '@fluentui/react-components';
import { CheckmarkFilled } from '@fluentui/react-icons/svg/checkmark';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { HandRightRegular } from '@fluentui/react-icons/svg/hand-right';
import { ProhibitedRegular } from '@fluentui/react-icons/svg/prohibited';
import type { ReactNode } from 'react';
import type { Rule } from '../../preload/contract.ts';
import { Say, useSay, useText } from '../app/intl.tsx';
import { answerTones } from '../look/answer.ts';
import { Chip, CopyField, Note } from '../look/index.ts';

const icons: Record<Rule['answer'], ReactNode> = {
  allow: <CheckmarkFilled aria-hidden />,
  ask: <HandRightRegular aria-hidden />,
  deny: <ProhibitedRegular aria-hidden />,
};

/** A rule as a sentence, what it answers, and its Cedar text for who asks. */
export function RuleRow({ rule, onRemove }: { readonly rule: Rule; readonly onRemove?: () => void }): ReactNode {
  const text = useText();
  const say = useSay();
  const sentence = say(rule.sentence);
  return (
    <li className="cs-rule">
      <span className="cs-rule-answer">
        <Chip tone={answerTones[rule.answer]} icon={icons[rule.answer]}>
          {text(`rulesScreen.answer.${rule.answer}`)}
        </Chip>
      </span>
      <div className="cs-rule-body">
        <p className="cs-anywhere">
          <Say message={rule.sentence} />
        </p>
        {rule.problem !== null && (
          <Note tone="mind">
            <Say message={rule.problem} />
          </Note>
        )}
        <details className="cs-rule-text">
          <summary aria-label={text('rulesScreen.cedar.named', { sentence })}>{text('rulesScreen.cedar.show')}</summary>
          <CopyField label={text('rulesScreen.cedar.label')} value={rule.cedar} />
        </details>
      </div>
      {onRemove !== undefined && (
        <Button appearance="subtle" icon={<DeleteRegular />} aria-label={text('rulesScreen.remove.named', { sentence })} onClick={onRemove}>
          {text('rulesScreen.remove')}
        </Button>
      )}
    </li>
  );
}
