import { useCallback, useEffect, useRef, useState } from 'react';
import type { ActivityEntry, ActivityFilter, Bridge } from '../../preload/contract.ts';
import { ask, useBridge } from '../app/bridge.ts';
import { useSnapshot } from '../app/store.ts';
import { appendPage, mergeFirstPage, openBelow, replaceEntries, type Loaded } from './merge.ts';

export interface Feed extends Loaded {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly isLoadingMore: boolean;
  readonly loadMore: () => void;
  readonly retry: () => void;
}

const nothing: Loaded = { entries: [], next: null };

/** Milliseconds in which several new events lead to one question. */
const gather = 250;
/** Open entries below the first page that are asked for one by one. */
const openBelowLimit = 20;

async function readEntries(bridge: Bridge, entries: readonly ActivityEntry[]): Promise<readonly ActivityEntry[]> {
  const answers = await Promise.all(entries.slice(0, openBelowLimit).map(({ action }) => ask(bridge, 'readActivity', { action })));
  return answers.flatMap((answer) => (answer.ok ? [answer.value.entry] : []));
}

/** What the record holds for a filter, page by page, kept current while the record grows. `filter` must keep its identity while it is the same. */
export function useActivityFeed(filter: ActivityFilter): Feed {
  const bridge = useBridge();
  const revision = useSnapshot(({ status }) => status.activityRevision);
  const [loaded, setLoaded] = useState(nothing);
  const [state, setState] = useState<Feed['state']>('loading');
  const [isLoadingMore, setLoadingMore] = useState(false);
  const [attempt, setAttempt] = useState(0);
  /** Answers to an earlier filter are dropped. */
  const turn = useRef(0);
  const shownRevision = useRef(revision);
  const current = useRef(loaded);
  current.current = loaded;

  useEffect(() => {
    const own = ++turn.current;
    shownRevision.current = revision;
    setState('loading');
    bridge.call('searchActivity', { filter, after: null }).then(
      (page) => {
        if (own !== turn.current) return;
        setLoaded(page);
        setState('ready');
        setLoadingMore(false);
      },
      () => {
        if (own === turn.current) setState('failed');
      },
    );
    // A new revision refreshes below; it does not start the list anew.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [bridge, filter, attempt]);

  useEffect(() => {
    if (state !== 'ready' || revision === shownRevision.current) return;
    const own = turn.current;
    const timer = setTimeout(() => {
      shownRevision.current = revision;
      bridge
        .call('searchActivity', { filter, after: null })
        .then(async (page) => {
          const settled = await readEntries(bridge, openBelow(current.current, page));
          if (own === turn.current) setLoaded((before) => replaceEntries(mergeFirstPage(before, page), settled));
        })
        // What is shown stays; the next event or the next filter asks again.
        .catch(() => undefined);
    }, gather);
    return () => clearTimeout(timer);
  }, [bridge, filter, revision, state]);

  const loadMore = useCallback(() => {
    const after = current.current.next;
    if (after === null || isLoadingMore || state !== 'ready') return;
    const own = turn.current;
    setLoadingMore(true);
    bridge.call('searchActivity', { filter, after }).then(
      (page) => {
        if (own !== turn.current) return;
        setLoaded((before) => (before.next === after ? appendPage(before, page) : before));
        setLoadingMore(false);
      },
      () => {
        if (own !== turn.current) return;
        setLoadingMore(false);
        setState('failed');
      },
    );
  }, [bridge, filter, isLoadingMore, state]);

  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...loaded, state, isLoadingMore, loadMore, retry };
}
