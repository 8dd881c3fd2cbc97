import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../../main/model/clock.ts';
import { startPracticeMailServer, type PracticeMailServer } from '../../../main/practice/mail-server/index.ts';
import { createSetting, messagesOf } from './setting.ts';

let server: PracticeMailServer;
let wire: Server;
/** Cut the connection as soon as this goes over it, in the given direction; the text itself does not arrive. */
let cutAt: { readonly from: 'client' | 'server'; readonly text: string };

beforeEach(async () => {
  server = await startPracticeMailServer({ clock: systemClock });
  wire = createServer((client) => {
    const upstream = connect(server.imap.port, '127.0.0.1');
    const pass = (from: 'client' | 'server') => (chunk: Buffer) => {
      const to = from === 'client' ? upstream : client;
      if (cutAt.from === from && chunk.includes(cutAt.text)) {
        client.destroy();
        upstream.destroy();
      } else {
        to.write(chunk);
      }
    };
    client.on('data', pass('client')).on('error', () => undefined).on('close', () => upstream.destroy());
    upstream.on('data', pass('server')).on('error', () => undefined).on('close', () => client.destroy());
  });
  wire.listen(0, '127.0.0.1');
  await once(wire, 'listening');
});

afterEach(async () => {
  await new Promise((done) => wire.close(done));
  await server.stop();
});

const draft = { to: [], subject: 'A draft', text: 'x' };

async function saveThrough(cut: typeof cutAt): Promise<{ kind: string; kept: number }> {
  cutAt = cut;
  const address = wire.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { smtp, password, address: mailbox, user } = server;
  const account = { address: mailbox, user };
  const through = await createSetting({ imap: { host: '127.0.0.1', port, security: 'loopback' }, smtp, password, account });
  const direct = await createSetting({ imap: server.imap, smtp, password, account });
  const answer = await through.perform('create_draft', draft);
  const kept = messagesOf(await direct.perform('search_messages', { folder: 'Drafts' })).length;
  await through.dispose();
  await direct.dispose();
  return { kind: answer.kind, kept };
}

it('is uncertain about a draft when the server’s answer to it was lost', async () => {
  expect(await saveThrough({ from: 'server', text: 'APPENDUID' })).toEqual({ kind: 'unknown', kept: 1 });
});

it('has saved no draft when the connection was lost before it was offered', async () => {
  expect(await saveThrough({ from: 'client', text: 'LIST "" "*"' })).toEqual({ kind: 'failed', kept: 0 });
});

it('never claims a draft that did not get through', async () => {
  const { kind, kept } = await saveThrough({ from: 'client', text: 'APPEND' });
  expect(kind).not.toBe('result');
  expect(kept).toBe(0);
});
