import { describe, expect, test } from 'vitest';
import { startShell } from './started-shell.ts';

const top = { origin: 'countersign://app', parent: null };

describe('calls from a page', () => {
  test('the top frame of our page is answered', async () => {
    const answers: unknown[] = [];
    const { call } = await startShell({ handlers: { setPaused: (input) => (answers.push(input), { ok: true, value: null }) } });
    await expect(call({ sender: { id: 1 }, senderFrame: top }, 'setPaused', { isPaused: true })).resolves.toEqual({ ok: true, value: null });
    expect(answers).toEqual([{ isPaused: true }]);
  });

  const embedded = { origin: 'countersign://app', parent: top };
  test.each([
    ['a foreign origin', { sender: { id: 1 }, senderFrame: { origin: 'https://evil.example', parent: null } }],
    ['an embedded frame', { sender: { id: 1 }, senderFrame: embedded }],
    ['a frame that is gone', { sender: { id: 1 }, senderFrame: null }],
    ['an opaque origin', { sender: { id: 1 }, senderFrame: { origin: 'null', parent: null } }],
  ])('%s is refused, and nothing is done', async (_name, event) => {
    const done: unknown[] = [];
    const { call } = await startShell({ handlers: { setPaused: (input) => (done.push(input), { ok: true, value: null }) } });
    await expect(call(event, 'setPaused', { isPaused: true })).rejects.toThrow('This page may not call the app.');
    expect(done).toEqual([]);
  });

  test.each(['steal', 'constructor', '__proto__', '', undefined, 7, { toString: () => 'setPaused' }])('the unknown call %j is refused', async (name) => {
    const { call } = await startShell();
    await expect(call({ sender: { id: 1 }, senderFrame: top }, name, {})).rejects.toThrow('There is no such call.');
  });

  test('what an unforeseen error says stays in main', async () => {
    const secret = new Error('password hunter2 was refused');
    const { call, reported } = await startShell({
      handlers: {
        setPaused: () => {
          throw secret;
        },
      },
    });
    await expect(call({ sender: { id: 1 }, senderFrame: top }, 'setPaused', { isPaused: true })).rejects.toThrow(/^The app could not do that\.$/);
    expect(reported).toEqual([secret]);
  });

  test('nothing answers after the shell is closed', async () => {
    const { shell, fake } = await startShell();
    await shell.close();
    expect(fake.invokable.size).toBe(0);
  });
});
