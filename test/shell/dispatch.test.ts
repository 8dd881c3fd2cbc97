import { describe, expect, test } from 'vitest';
import { calls, type CallName } from '../../preload/contract.ts';
import { createDispatch, type Handlers } from '../../main/shell/dispatch.ts';

const origin = 'countersign://app';
const own = { origin, isTopFrame: true };

function dispatchWith(handlers: Partial<Handlers>) {
  const all = Object.fromEntries(Object.keys(calls).map((name) => [name, () => Promise.reject(new Error('not scripted'))]));
  // Every name of the contract has a handler; the ones a test needs are its own.
  return createDispatch(origin, { ...all, ...handlers } as unknown as Handlers);
}

describe('the one checked registration', () => {
  test('a call of our own page reaches its handler with the parsed payload', async () => {
    const seen: unknown[] = [];
    const dispatch = dispatchWith({
      setPaused(input) {
        seen.push(input);
        return { ok: true, value: null };
      },
    });
    expect(await dispatch(own, 'setPaused', { isPaused: true, more: 'dropped' })).toEqual({ ok: true, value: null });
    expect(seen).toEqual([{ isPaused: true }]);
  });

  test.each([
    ['another origin', { origin: 'https://evil.example', isTopFrame: true }],
    ['an embedded frame', { origin, isTopFrame: false }],
    ['no origin', { origin: 'null', isTopFrame: true }],
  ])('%s is refused before anything is looked at', async (_name, sender) => {
    const dispatch = dispatchWith({ setPaused: () => ({ ok: true, value: null }) });
    await expect(dispatch(sender, 'setPaused', { isPaused: true })).rejects.toThrow('may not call');
  });

  test.each(['', 'toString', '__proto__', 'constructor', 'readFile'])('the name %j is no call', async (name) => {
    await expect(dispatchWith({})(own, name, {})).rejects.toThrow('no such call');
  });

  test.each([
    ['setPaused', { isPaused: 'yes' }],
    ['answerApproval', { id: 'x', digest: 'y', answer: 'approve', isConfirmed: true, reason: null }],
    ['addAgent', { name: '' }],
    ['searchActivity', { filter: { text: 'x'.repeat(201), agent: null, connection: null, progress: null, from: null, to: null }, after: null }],
  ])('%s with %j is refused and the payload is not repeated', async (name, payload) => {
    await expect(dispatchWith({})(own, name, payload)).rejects.toThrow(`The call "${name}" was given something it does not take.`);
  });

  test('an answer that does not fit the contract never reaches the page', async () => {
    const dispatch = dispatchWith({ setPaused: () => ({ ok: true, value: { password: 'hunter2' } }) as never });
    await expect(dispatch(own, 'setPaused', { isPaused: true })).rejects.toThrow();
  });

  test('what an answer carries beyond the contract is left behind', async () => {
    const dispatch = dispatchWith({ addEmailConnection: () => ({ ok: true, value: { id: 'work-mail', password: 'hunter2' } }) as never });
    const input = { name: 'Work', address: 'a@acme.example', user: 'a', password: 'p', imap: { host: 'h', port: 1, security: 'tls' }, smtp: { host: 'h', port: 1, security: 'tls' } };
    expect(await dispatch(own, 'addEmailConnection', input)).toEqual({ ok: true, value: { id: 'work-mail' } });
  });

  test('every call of the contract has a schema for both ways', () => {
    // The names come from the contract itself.
    for (const name of Object.keys(calls) as CallName[]) expect(calls[name]).toMatchObject({ input: expect.anything(), output: expect.anything() });
  });
});
