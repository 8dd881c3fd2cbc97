import { parentPort, workerData } from 'node:worker_threads';
import { ActivityUnavailable } from './activity.ts';
import { beginning } from './chain.ts';
import { describeFailure } from './database.ts';
import { ActivityReader } from './reader.ts';
import type { WorkerMessage, WorkerRequest, WorkerRole } from './worker-calls.ts';
import { WriterService } from './writer-service.ts';

/** The thread that holds `activity.db`, as its writer or as its reader. Started by `openActivity` alone. */
function serve(): void {
  const port = parentPort;
  if (!port) throw new Error('This module runs in a worker thread.');
  const post = (message: WorkerMessage): void => port.postMessage(message);
  try {
    // Both sides of this door are in this folder; `WorkerClient` passes nothing else.
    const role = workerData as WorkerRole;
    const service = role.role === 'writer' ? new WriterService(role.file, role.anchor) : new ActivityReader(role.file);
    const { head, isAnchored } = service instanceof WriterService ? service : { head: beginning, isAnchored: true };
    port.on('message', (request: WorkerRequest) => {
      void answer(service, request).then((message) => {
        post(message);
        if (request.call === 'close') port.close();
      });
    });
    post({ kind: 'ready', head, isAnchored });
  } catch (error) {
    post({ kind: 'refused', reason: error instanceof ActivityUnavailable ? error.reason : 'cannot_open', text: describeFailure(error) });
    port.close();
  }
}

async function answer(service: WriterService | ActivityReader, { id, call, input }: WorkerRequest): Promise<WorkerMessage> {
  try {
    // `WorkerClient.call` takes only the names of the service's own methods, with their own input.
    const method = (service as unknown as Record<string, (input: unknown) => unknown>)[call];
    if (!method) throw new Error(`There is no such call: ${call}`);
    return { kind: 'answer', id, value: await method.call(service, input) };
  } catch (error) {
    return { kind: 'failure', id, text: describeFailure(error) };
  }
}

serve();
