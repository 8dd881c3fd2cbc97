import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What the server does with one line of the client: text to write, or to cut the connection (after writing). */
export type Step = { readonly say: string; readonly cut?: boolean } | 'cut';

export interface ScriptedSmtp {
  readonly port: number;
  /** Every line that clients sent outside of messages, in order. */
  readonly lines: readonly string[];
  /** Messages whose end arrived. */
  readonly messages: readonly string[];
  readonly connections: () => number;
  stop(): Promise<void>;
}

const usual = (line: string): string => {
  const [verb = ''] = line.toUpperCase().split(' ');
  if (verb === 'EHLO') return '250-scripted\r\n250-PIPELINING\r\n250 AUTH PLAIN LOGIN\r\n';
  if (verb === 'AUTH') return '235 2.7.0 in\r\n';
  if (verb === 'DATA') return '354 go\r\n';
  if (verb === 'QUIT') return '221 bye\r\n';
  return line === '.' ? '250 2.0.0 taken\r\n' : '250 2.1.0 ok\r\n';
};

/**
 * A tiny SMTP server on 127.0.0.1 that keeps to the book except where `script` says otherwise. `script` sees each line
 * (the end of a message is the line ".") with its number on the connection, the greeting being number 0 and "".
 */
export async function startScriptedSmtp(script: (line: string, number: number) => Step | undefined): Promise<ScriptedSmtp> {
  const lines: string[] = [];
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let received = '';
    let message: string | undefined;
    let number = 0;
    const answer = (line: string, fallback: string): void => {
      const step = script(line, number);
      number += 1;
      if (step === 'cut') {
        socket.destroy();
        return;
      }
      const text = step?.say ?? fallback;
      if (/^(?:EHLO|MAIL|RCPT|AUTH|DATA|STARTTLS|RSET|QUIT|\.$)/i.test(line) || line === '') socket.write(text, () => step?.cut === true && socket.destroy());
      if (line.toUpperCase() === 'DATA' && text.startsWith('354')) message = '';
    };
    answer('', '220 scripted\r\n');
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n'); end !== -1 && !socket.destroyed; end = received.indexOf('\r\n')) {
        const line = received.slice(0, end);
        received = received.slice(end + 2);
        if (message === undefined) {
          lines.push(line);
          answer(line, usual(line));
        } else if (line === '.') {
          messages.push(message);
          message = undefined;
          answer('.', usual('.'));
        } else {
          message += `${line}\n`;
          if (script(line, -1) === 'cut') socket.destroy();
        }
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.');
  return {
    port: address.port,
    lines,
    messages,
    connections: () => connections,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
