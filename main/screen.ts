import type { EventName, EventPayload } from '../preload/contract.ts';
import { createHandlers } from './ipc/ipc.ts';
import { LiveSnapshot } from './ipc/live-snapshot.ts';
import { QuestionNotices } from './ipc/question-notices.ts';
import { RecordWatch } from './ipc/record-watch.ts';
import type { Services } from './ipc/services.ts';
import { SnapshotKeeper } from './ipc/snapshot-keeper.ts';
import { TrayKeeper } from './ipc/tray-keeper.ts';
import { Emitter, type Dispose } from './model/disposable.ts';
import { createDispatch } from './shell/dispatch.ts';

type Push = { readonly [N in EventName]: { readonly name: N; readonly payload: EventPayload<N> } }[EventName];

/** Ties the services to the shell: calls in, patches, tray and notifications out. Rejects when the shell cannot run here. */
export async function startScreen(services: Services, appOrigin: string, quit: () => void): Promise<Dispose> {
  const { activity, approvals, clock, gate, pause, report, shell, text } = services;
  const recordWatch = new RecordWatch(activity, clock);
  const live = new LiveSnapshot(services, recordWatch);
  const keeper = new SnapshotKeeper(live, clock, report);
  const pushes = new Emitter<Push>();

  const tray = new TrayKeeper(services);
  const notices = new QuestionNotices(services);
  const ends: Dispose[] = [
    live.follow((urgency) => keeper.touch(urgency)),
    keeper.onPatch((payload) => pushes.emit({ name: 'patch', payload })),
    keeper.onFresh((snapshot) => tray.show(snapshot)),
    approvals.onAsked((approval) => {
      shell.showWindow('approval');
      notices.asked(approval);
    }),
    () => notices.close(),
    () => keeper.close(),
    () => recordWatch.close(),
  ];
  await shell.start({
    dispatch: createDispatch(appOrigin, createHandlers(services, recordWatch, () => keeper.get())),
    onEvent: (listener) => pushes.on(({ name, payload }) => listener(name, payload)),
    setPaused: (isPaused) => pause.set(isPaused),
    undo: (action) => void gate.undo(action),
    text,
    locale: () => services.locale().tag,
    quit,
  });
  recordWatch.start();
  keeper.touch('later');
  if (approvals.waiting().length > 0) shell.showWindow('approval');
  return () => {
    for (const end of ends) end();
  };
}
