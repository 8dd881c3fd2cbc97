import { SearchBox } from '@fluentui/react-components';
import { useCallback, useEffect, useId, useRef, useState, type ReactNode } from 'react';
import type { ActionId, ActivityEntry, DecisionView, Rules, Snapshot } from '../../preload/contract.ts';
import { EntryAvatar, EntrySentence } from '../activity/entry-text.tsx';
import { ask, useBridge } from '../app/bridge.ts';
import { useRuleWords, useText } from '../app/intl.tsx';
import { useLoaded } from '../app/use-loaded.ts';
import { answerTones } from '../look/answer.ts';
import { Busy, Disarmed, ErrorNote, Note, ProgressChip, TimeText } from '../look/index.ts';
import { LayerName } from '../look/managed.tsx';

const searchPause = 250;
/** Past actions offered at once; more are found by searching. */
const offered = 6;

const byRules = (snapshot: Snapshot): Rules => snapshot.rules;

/** Picks a past action and shows what the rules would say of it now. Nothing is done. */
export function TryIt(): ReactNode {
  const text = useText();
  const name = useId();
  const { typed, setTyped, found, hasSearched } = usePastActions();
  const [picked, setPicked] = useState<ActivityEntry | null>(null);
  return (
    <section aria-labelledby={`${name}-title`} className="cs-try">
      <div className="cs-rules-head">
        <h2 id={`${name}-title`}>{text('rulesScreen.try.title')}</h2>
      </div>
      <p className="cs-rules-note">{text('rulesScreen.try.text')}</p>
      <div className="cs-panel cs-try-panel">
        {found !== null && found.length === 0 && !hasSearched ? (
          <p className="cs-muted">{text('rulesScreen.try.nothing')}</p>
        ) : (
          <>
            <SearchBox
              className="cs-try-search"
              aria-label={text('rulesScreen.try.search')}
              placeholder={text('rulesScreen.try.placeholder')}
              maxLength={200}
              value={typed}
              onChange={(_event, data) => setTyped(data.value)}
            />
            {found === null && <Busy label={text('activityScreen.loading')} />}
            {found?.length === 0 && <p className="cs-muted">{text('rulesScreen.try.none')}</p>}
            <fieldset className="cs-try-list">
              <legend className="cs-hidden">{text('rulesScreen.try.list')}</legend>
              {found?.slice(0, offered).map((entry) => (
                <label key={entry.action} className="cs-try-row">
                  <input type="radio" name={name} checked={entry.action === picked?.action} onChange={() => setPicked(entry)} />
                  <EntryAvatar entry={entry} />
                  <span className="cs-grow cs-anywhere">
                    <EntrySentence entry={entry} />
                    <span className="cs-item-quiet cs-try-when">
                      <TimeText at={entry.at} show="dateTime" />
                    </span>
                  </span>
                  <ProgressChip progress={entry.progress} />
                </label>
              ))}
            </fieldset>
          </>
        )}
        {picked !== null && <Answer action={picked.action} />}
      </div>
    </section>
  );
}

/** Asked again when the rules change, so that the answer is never an old one. */
function Answer({ action }: { readonly action: ActionId }): ReactNode {
  const bridge = useBridge();
  const tryNow = useCallback(() => ask(bridge, 'tryRules', { action }), [bridge, action]);
  const { value: decision, problem } = useLoaded(tryNow, byRules);
  const place = useRef<HTMLOutputElement>(null);
  useEffect(() => {
    if (decision !== null) place.current?.scrollIntoView({ block: 'nearest' });
  }, [decision]);
  return (
    <>
      <output className="cs-outcome" ref={place}>{decision !== null && problem === null && <Decided decision={decision} />}</output>
      <ErrorNote problem={problem} />
    </>
  );
}

function Decided({ decision }: { readonly decision: DecisionView }): ReactNode {
  const text = useText();
  const wordsOf = useRuleWords();
  return (
    <Note tone={decision.wouldAsk === true ? 'mind' : answerTones[decision.answer]}>
      <p className="cs-strong">{text(`rulesScreen.try.answer.${decision.wouldAsk === true ? 'watched' : decision.answer}`)}</p>
      <p>
        <LayerName layer={decision.layer} />
        {': '}
        <Disarmed text={wordsOf(decision.title)} />
      </p>
      {decision.reason !== null && (
        <p>
          <Disarmed text={wordsOf(decision.reason)} />
        </p>
      )}
    </Note>
  );
}

interface PastActions {
  readonly typed: string;
  readonly setTyped: (typed: string) => void;
  /** Null until the first answer. */
  readonly found: readonly ActivityEntry[] | null;
  readonly hasSearched: boolean;
}

function usePastActions(): PastActions {
  const bridge = useBridge();
  const [typed, setTyped] = useState('');
  const [found, setFound] = useState<readonly ActivityEntry[] | null>(null);
  useEffect(() => {
    let isOver = false;
    const timer = setTimeout(
      () => {
        const filter = { text: typed.trim(), agent: null, connection: null, progress: null, from: null, to: null };
        bridge.call('searchActivity', { filter, after: null }).then(
          (page) => {
            if (!isOver) setFound(page.entries.filter(({ agent }) => agent !== null));
          },
          () => {
            if (!isOver) setFound([]);
          },
        );
      },
      typed === '' ? 0 : searchPause,
    );
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [bridge, typed]);
  return { typed, setTyped, found, hasSearched: typed.trim() !== '' };
}
