import type { EventName, EventPayload, Snapshot } from '../preload/contract.ts';
import { createHandlers } from './ipc/ipc.ts';
import { RecordWatch } from './ipc/record-watch.ts';
import type { Services } from './ipc/services.ts';
import { SnapshotKeeper } from './ipc/snapshot-keeper.ts';
import { takeSnapshot } from './ipc/snapshot.ts';
import { Emitter, type Dispose } from './model/disposable.ts';
import { say } from './model/say.ts';
import { createDispatch } from './shell/dispatch.ts';
import type { FormatText } from './text/text.ts';

type Push = { readonly [N in EventName]: { readonly name: N; readonly payload: EventPayload<N> } }[EventName];

/** Ties the services to the shell: calls in, patches, tray and notifications out. Rejects when the shell cannot run here. */
export async function startScreen(services: Services, appOrigin: string, text: FormatText, quit: () => void): Promise<Dispose> {
  const { activity, agents, approvals, clock, connections, credentials, gate, organization, pause, report, settings, shell, upstreams } = services;
  const recordWatch = new RecordWatch(activity, clock);
  const keeper = new SnapshotKeeper(() => takeSnapshot(services, recordWatch.state), clock, report);
  const pushes = new Emitter<Push>();
  const touch = (): void => keeper.touch();

  const showTray = (snapshot: Snapshot): void => void setTray(services, snapshot, text).catch((error: unknown) => report(String(error)));
  const ends: Dispose[] = [
    ...[agents, approvals, connections, credentials, gate, organization, pause, recordWatch, settings].map((service) => service.onChange(touch)),
    activity.onAppended(touch),
    upstreams.onHealthChange(touch),
    keeper.onPatch((payload) => pushes.emit({ name: 'patch', payload })),
    keeper.onFresh(showTray),
    approvals.onAsked(({ card }) => {
      shell.showWindow('approval');
      if (settings.get().notifications) shell.notify({ title: text(card.headline), body: text(card.summary), opens: 'approval' });
    }),
    () => keeper.close(),
    () => recordWatch.close(),
  ];
  await shell.start({
    dispatch: createDispatch(appOrigin, createHandlers(services, recordWatch, () => keeper.get())),
    onEvent: (listener) => pushes.on(({ name, payload }) => listener(name, payload)),
    setPaused: (isPaused) => pause.set(isPaused),
    text,
    quit,
  });
  recordWatch.start();
  touch();
  if (approvals.waiting().length > 0) shell.showWindow('approval');
  return () => {
    for (const end of ends) end();
  };
}

async function setTray({ activity, shell }: Services, { status, approvals }: Snapshot, text: FormatText): Promise<void> {
  const recent = await activity.recent(3);
  shell.setTray({
    state: status.tray,
    waiting: approvals.filter(({ answer }) => answer === null).length,
    isPaused: status.isPaused,
    recent: recent.map(({ agent, sentence }) => text(say('tray.recent', { agent: agent?.name ?? '', sentence: text(sentence) }))),
  });
}
