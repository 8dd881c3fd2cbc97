import { Button, Spinner } from '@fluentui/react-components';
import { memo, useEffect, useRef, useState, type CSSProperties, type KeyboardEvent, type ReactNode } from 'react';
import { FormattedDate, useIntl, type IntlShape } from 'react-intl';
import type { ActionId, ActivityEntry } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { ProgressChip, TimeText, useNow } from '../look/index.ts';
import { EntryAvatar, EntryDetails, EntrySentence } from './entry-text.tsx';
import { groupByDay, type DayGroup } from './group-days.ts';
import type { Feed } from './use-activity-feed.ts';

/** The record as a person reads it: by day, newest first. Arrow keys move through the entries, Enter opens one. */
export function Timeline({ feed, onOpen }: { readonly feed: Feed; readonly onOpen: (entry: ActivityEntry) => void }): ReactNode {
  const now = useNow(60_000);
  const intl = useIntl();
  const [visited, setVisited] = useState<ActionId | null>(null);
  // The whole list is one stop for Tab: the entry that was visited last, or the newest.
  const stop = feed.entries.some(({ action }) => action === visited) ? visited : feed.entries[0]?.action;
  return (
    <>
      <div aria-busy={feed.state === 'loading'} className="cs-timeline" style={timeWidth(intl)}>
        {groupByDay(feed.entries, now).map((day) => (
          <section key={day.start} aria-labelledby={`day-${day.start}`}>
            <h2 className="cs-day" id={`day-${day.start}`}>
              <DayName day={day} />
            </h2>
            <ul>
              {day.entries.map((entry) => (
                <TimelineRow key={entry.action} entry={entry} isStop={entry.action === stop} onVisit={setVisited} onOpen={onOpen} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      <TimelineEnd feed={feed} />
    </>
  );
}

/** Room for the longest time of the language, so that the avatars stand in one line whatever the hour. */
function timeWidth(intl: IntlShape): CSSProperties {
  const longest = intl.formatTime(new Date(2026, 0, 1, 22, 58), { hour: 'numeric', minute: '2-digit' });
  // React passes custom properties on; its type does not know them.
  return { '--time-width': `max(48px, ${longest.length}ch)` } as CSSProperties;
}

function DayName({ day }: { readonly day: DayGroup }): ReactNode {
  const text = useText();
  return day.name === 'date' ? <FormattedDate value={day.start} dateStyle="full" /> : text(`activityScreen.day.${day.name}`);
}

/** Which entry an arrow key leads to, from the one at `index`; undefined for other keys. */
function entryAfterKey(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return Math.min(index + 1, count - 1);
    case 'ArrowUp':
      return Math.max(index - 1, 0);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}

function moveFocus(event: KeyboardEvent<HTMLButtonElement>): void {
  const all = [...(event.currentTarget.closest('.cs-timeline')?.querySelectorAll<HTMLElement>('.cs-event') ?? [])];
  const next = entryAfterKey(event.key, all.indexOf(event.currentTarget), all.length);
  if (next === undefined) return;
  event.preventDefault();
  all[next]?.focus();
}

interface TimelineRowProps {
  readonly entry: ActivityEntry;
  readonly isStop: boolean;
  readonly onVisit: (action: ActionId) => void;
  readonly onOpen: (entry: ActivityEntry) => void;
}

const TimelineRow = memo(function TimelineRow({ entry, isStop, onVisit, onOpen }: TimelineRowProps): ReactNode {
  return (
    <li>
      <button
        type="button"
        className="cs-event"
        tabIndex={isStop ? 0 : -1}
        onFocus={() => onVisit(entry.action)}
        onKeyDown={moveFocus}
        onClick={() => onOpen(entry)}
      >
        <span className="cs-event-time">
          <TimeText at={entry.at} />
        </span>
        <EntryAvatar entry={entry} />
        <span className="cs-event-text">
          <span className="cs-event-sentence">
            <EntrySentence entry={entry} />
          </span>
          <EntryDetails entry={entry} />
        </span>
        <span className="cs-event-chip">
          <ProgressChip progress={entry.progress} />
        </span>
      </button>
    </li>
  );
});

/** Loads on as it comes into view; the button does the same for the keyboard. */
function TimelineEnd({ feed }: { readonly feed: Feed }): ReactNode {
  const text = useText();
  const end = useRef<HTMLDivElement>(null);
  const { next, loadMore, isLoadingMore, state } = feed;
  useEffect(() => {
    if (end.current === null || next === null || state !== 'ready') return;
    const observer = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) loadMore();
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [next, loadMore, state]);
  return (
    <div ref={end} className="cs-timeline-end">
      {isLoadingMore ? (
        <Spinner size="tiny" label={text('activityScreen.loadingMore')} />
      ) : next === null ? (
        <span>{text('activityScreen.end')}</span>
      ) : (
        <Button appearance="subtle" onClick={loadMore}>
          {text('activityScreen.more')}
        </Button>
      )}
    </div>
  );
}
