import { Button } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { DocumentSearchRegular } from '@fluentui/react-icons/svg/document-search';
import { HistoryRegular } from '@fluentui/react-icons/svg/history';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { ActivityEntry } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useNavigation } from '../app/navigation.ts';
import { useCall } from '../app/use-call.ts';
import { Busy, EmptyState, ErrorNote, Note, ScreenHeader, useNow } from '../look/index.ts';
import { ActivityDrawer } from './activity-drawer.tsx';
import '../look/lists.css';
import './activity.css';
import { ExportMenu } from './export-menu.tsx';
import { FilterBar } from './filter-bar.tsx';
import { everything, isEverything, toFilter, type Choice } from './filter.ts';
import { startOfDay } from './group-days.ts';
import { MonthChart, MonthNumbers } from './month-chart.tsx';
import { RecordLine } from './record-line.tsx';
import { Timeline } from './timeline.tsx';
import { useActivityFeed, type Feed } from './use-activity-feed.ts';
import { useMonth } from './use-month.ts';

/** Everything the Claws did, and who said yes: search, filters, details, export, and whether the record is whole. */
export function ActivityScreen(): ReactNode {
  const text = useText();
  const [choice, setChoice] = useState(everything);
  const [opened, setOpened] = useState<ActivityEntry | null>(null);
  const [areNumbersShown, setNumbersShown] = useState(false);
  const [savedAs, setSavedAs] = useState<string | null>(null);
  // The filter changes with the day, not with the minute.
  const today = startOfDay(useNow(60_000));
  const filter = useMemo(() => toFilter(choice, today), [choice, today]);
  const feed = useActivityFeed(filter);
  const days = useMonth();
  const exporting = useCall('exportActivity');
  const change = useCallback((next: Partial<Choice>) => setChoice((before) => ({ ...before, ...next })), []);
  const clear = useCallback(() => setChoice(everything), []);

  const exportAs = async (format: 'csv' | 'jsonl'): Promise<void> => {
    setSavedAs(null);
    const done = await exporting.run({ filter, format });
    if (done !== null) setSavedAs(done.value.path);
  };

  return (
    <div className="cs-activity">
      <ScreenHeader title={text('activityScreen.title')} subtitle={text('activityScreen.subtitle')}>
        {days !== null && <MonthChart days={days} areNumbersShown={areNumbersShown} onToggleNumbers={() => setNumbersShown(!areNumbersShown)} />}
      </ScreenHeader>
      {days !== null && areNumbersShown && <MonthNumbers days={days} />}
      <FilterBar choice={choice} onChange={change} onClear={clear}>
        <ExportMenu isBusy={exporting.isBusy} onExport={(format) => void exportAs(format)} />
      </FilterBar>
      <ErrorNote problem={exporting.problem} />
      <output className="cs-outcome">
        {savedAs !== null && (
          <Note tone="good">
            <span className="cs-row">
              <span className="cs-grow">{text('activityScreen.export.done', { path: savedAs })}</span>
              <Button size="small" appearance="transparent" icon={<DismissRegular />} aria-label={text('screens.close')} onClick={() => setSavedAs(null)} />
            </span>
          </Note>
        )}
      </output>
      <FeedView feed={feed} isFiltered={!isEverything(choice)} onClear={clear} onOpen={setOpened} />
      <output className="cs-hidden">{feed.state === 'ready' && !isEverything(choice) ? text('activityScreen.shown', { count: feed.entries.length }) : ''}</output>
      <RecordLine />
      <ActivityDrawer entry={opened} onClose={() => setOpened(null)} />
    </div>
  );
}

interface FeedViewProps {
  readonly feed: Feed;
  readonly isFiltered: boolean;
  readonly onClear: () => void;
  readonly onOpen: (entry: ActivityEntry) => void;
}

function FeedView({ feed, isFiltered, onClear, onOpen }: FeedViewProps): ReactNode {
  const text = useText();
  const navigation = useNavigation();
  if (feed.state === 'failed') {
    return (
      <div className="cs-stack">
        <ErrorNote problem={{ id: 'activityScreen.loadFailed', values: {} }} />
        <div>
          <Button onClick={feed.retry}>{text('activityScreen.retry')}</Button>
        </div>
      </div>
    );
  }
  if (feed.entries.length > 0) return <Timeline feed={feed} onOpen={onOpen} />;
  if (feed.state === 'loading') return <Busy label={text('activityScreen.loading')} />;
  if (isFiltered) {
    return (
      <EmptyState
        picture={<DocumentSearchRegular fontSize={30} />}
        title={text('activityScreen.noMatch.title')}
        actions={<Button onClick={onClear}>{text('activityScreen.filter.clear')}</Button>}
      >
        {text('activityScreen.noMatch.text')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      picture={<HistoryRegular fontSize={30} />}
      title={text('activityScreen.empty.title')}
      actions={
        <Button appearance="primary" onClick={() => navigation.show('claws')}>
          {text('activityScreen.empty.action')}
        </Button>
      }
    >
      {text('activityScreen.empty.text')}
    </EmptyState>
  );
}
