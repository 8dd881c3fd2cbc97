import { createConnection, type Socket } from 'node:net';
import { readLine } from '../broker/read-line.ts';
import { parseReply, type Hello, type Reply } from '../broker/shim-protocol.ts';
import { checkSocketFolder, folderProblemText } from '../broker/socket-folder.ts';
import type { BrokerPlace } from '../paths.ts';

export type AppAnswer =
  | { readonly ok: true; readonly socket: Socket; readonly reply: Exclude<Reply, { kind: 'waiting' | 'refused' }> }
  | { readonly ok: false; readonly why: 'not_running' | 'refused'; readonly text: string };

const notRunning = { ok: false, why: 'not_running', text: 'Countersign is not running. Start the Countersign app, then try again.' } as const;

/**
 * Says one thing to the running app and returns its answer; `onWaiting` hears that the person is being asked first. A
 * socket in a folder that others can reach is not spoken to.
 */
export async function askApp(place: BrokerPlace, hello: Hello, onWaiting: (text: string) => void): Promise<AppAnswer> {
  const problem = 'port' in place || place.folder === null ? undefined : await checkSocketFolder(place.folder);
  if (problem === 'missing') return notRunning;
  if (problem !== undefined) return { ok: false, why: 'refused', text: folderProblemText(problem) };
  const socket = await open(place);
  if (socket === undefined) return notRunning;
  socket.write(`${JSON.stringify(hello)}\n`);
  for (;;) {
    const line = await readLine(socket);
    const reply = line === undefined ? undefined : parseReply(line);
    if (reply === undefined) return { ok: false, why: 'refused', text: 'Countersign closed the connection. Try again.' };
    if (reply.kind === 'refused') return { ok: false, why: 'refused', text: reply.text };
    if (reply.kind !== 'waiting') return { ok: true, socket, reply };
    onWaiting(reply.text);
  }
}

function open(place: BrokerPlace): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = 'port' in place ? createConnection(place.port, place.host) : createConnection(place.path);
    socket.once('connect', () => {
      // After this, an error is followed by `close`, which ends whatever is being read.
      socket.on('error', () => {});
      resolve(socket);
    });
    socket.once('error', () => resolve(undefined));
  });
}
