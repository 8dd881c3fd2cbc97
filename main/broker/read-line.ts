import type { Socket } from 'node:net';
import { longestLine } from './shim-protocol.ts';

/**
 * The next line of a socket without its end; undefined when the socket ends first or the line is too long. What came
 * after the line stays in the socket, which is left paused.
 */
export function readLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (line: string | undefined): void => {
      socket.off('readable', read);
      socket.off('end', end);
      socket.off('close', end);
      resolve(line);
    };
    const end = (): void => settle(undefined);
    const read = (): void => {
      for (let chunk = take(socket); chunk !== null; chunk = take(socket)) {
        const index = chunk.indexOf(0x0a);
        size += index === -1 ? chunk.length : index;
        if (size > longestLine) return settle(undefined);
        if (index === -1) {
          chunks.push(chunk);
          continue;
        }
        chunks.push(chunk.subarray(0, index));
        settle(Buffer.concat(chunks).toString('utf8'));
        if (index + 1 < chunk.length) socket.unshift(chunk.subarray(index + 1));
        return;
      }
    };
    socket.on('readable', read);
    socket.once('end', end);
    socket.once('close', end);
  });
}

function take(socket: Socket): Buffer | null {
  // Without an encoding set, a socket's chunks are buffers.
  return socket.read() as Buffer | null;
}
