import { checkSandbox } from './check.ts';
import { Conversation } from './conversation.ts';
import { startRun, type StartedRun } from './start-run.ts';

/** Milliseconds that a stopped run has before the helper goes, whatever it does. */
const patience = 3_000;

let run: Promise<StartedRun> | undefined;

const conversation = new Conversation(
  (message) => {
    switch (message.type) {
      case 'check':
        void checkSandbox().then((facts) => finish({ type: 'checked', facts }));
        return;
      case 'start':
        if (run !== undefined) return;
        run = startRun(message.plan, conversation);
        run.then(
          ({ ended }) => ended.then(finish),
          (error: unknown) => finish({ type: 'failed', text: error instanceof Error ? error.message : String(error) }),
        );
        return;
      case 'freeze':
      case 'thaw':
        void run?.then(async ({ freeze }) => conversation.tell({ type: 'frozen', isFrozen: await freeze(message.type === 'freeze') }));
        return;
      case 'stop':
        stop();
        return;
    }
  },
  // With the app gone nobody answers for the run any more.
  stop,
);

function stop(): void {
  if (run === undefined) process.exit(0);
  void run.then(({ stop }) => stop());
  setTimeout(() => process.exit(1), patience).unref();
}

/** The last word. What was written reaches the app first, then the helper and whatever the library started go. */
function finish(message: Parameters<Conversation['tell']>[0]): void {
  conversation.tell(message);
  process.stdout.write('', () => process.exit(0));
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
