import { Button } from '@fluentui/react-components';
import { LightbulbRegular } from '@fluentui/react-icons/svg/lightbulb';
import { useId, useRef, useState, type ReactNode } from 'react';
import type { Message, QuestionsToday, Suggestion } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ignoreEnter } from '../card/ignore-enter.ts';
import { useArming } from '../card/use-arming.ts';
import { CopyField, ErrorNote, TimeText } from '../look/index.ts';

/** How often the person was asked today, and how much of it they approved; nothing on a day without a question. */
export function TodayLine(): ReactNode {
  const text = useText();
  const today = useSnapshot((snapshot) => snapshot.today);
  if (today.asked === 0) return null;
  return <p className="cs-today cs-small cs-muted">{text(today.answered === 0 ? 'today.asked' : 'today.asked.share', valuesOf(today))}</p>;
}

/** The one rule that the person's own answers speak for: what it would allow, how long, and from how many answers. */
export function RuleSuggestion(): ReactNode {
  const text = useText();
  const today = useSnapshot((snapshot) => snapshot.today);
  const [told, tell] = useState('');
  return (
    <>
      {today.suggestion !== null && <SuggestedRule key={today.suggestion.key} suggestion={today.suggestion} today={today} onTold={(id) => tell(text(id))} />}
      <output className="cs-today-told cs-small cs-muted">{told}</output>
    </>
  );
}

function valuesOf({ asked, approved, answered }: QuestionsToday): Message['values'] {
  return { asked, share: answered === 0 ? 0 : approved / answered };
}

interface SuggestedRuleProps {
  readonly suggestion: Suggestion;
  readonly today: QuestionsToday;
  readonly onTold: (id: string) => void;
}

function SuggestedRule({ suggestion, today, onTold }: SuggestedRuleProps): ReactNode {
  const { key, sentence, uses, answers, cedar } = suggestion;
  const text = useText();
  const bar = useRef<HTMLDivElement>(null);
  const headline = useId();
  const details = useId();
  const [isOpen, setOpen] = useState(false);
  // It comes by itself: what was clicked for something else must make no rule.
  const { isArmed, isArmedNow } = useArming(bar, `${key} ${String(isOpen)}`);
  const make = useCall('makeSuggestedRule');
  const silence = useCall('silenceSuggestion');
  const answer = async (call: typeof make | typeof silence, id: string): Promise<void> => {
    if (isArmedNow() && (await call.run({ key })) !== null) onTold(id);
  };
  const isBlocked = !isArmed || make.isBusy || silence.isBusy;
  return (
    <section className="cs-suggestion" aria-labelledby={headline}>
      <LightbulbRegular aria-hidden fontSize={22} />
      <div className="cs-suggestion-body">
        <h2 id={headline}>{today.answered === 0 ? text('today.rule.headline.quiet') : text('today.rule.headline', valuesOf(today))}</h2>
        <p className="cs-anywhere">
          <Say message={sentence} />
        </p>
        <p className="cs-small cs-muted">{text('today.rule.limits', { uses })}</p>
        {isOpen && (
          <div id={details} className="cs-suggestion-details">
            <h3>{text('today.rule.answers')}</h3>
            <ul>
              {answers.map(({ action, at, sentence: asked }) => (
                <li key={action} className="cs-anywhere">
                  <TimeText at={at} show="dateTime" /> <Say message={asked} />
                </li>
              ))}
            </ul>
            <CopyField label={text('today.rule.cedar')} value={cedar} />
          </div>
        )}
        <ErrorNote problem={make.problem ?? silence.problem} />
        <div className="cs-row cs-row-wrap" ref={bar}>
          <Button className={isArmed ? '' : 'cs-arming'} appearance="primary" disabledFocusable={isBlocked} onKeyDown={ignoreEnter} onClick={() => void answer(make, 'today.rule.made')}>
            {text('today.rule.make')}
          </Button>
          <Button aria-expanded={isOpen} aria-controls={isOpen ? details : undefined} onClick={() => setOpen(!isOpen)}>
            {text('today.rule.look')}
          </Button>
          <Button appearance="subtle" disabledFocusable={isBlocked} onClick={() => void answer(silence, 'today.rule.silenced')}>
            {text('today.rule.notNow')}
          </Button>
        </div>
      </div>
    </section>
  );
}
