import { describe, expect, test } from 'vitest';
import { CallLimits } from '../../main/broker/limits.ts';
import { finance, financeToken, marketing, startBroker } from './harness.ts';
import { ManualClock } from './manual-clock.ts';
import { askLegacy, askModern, openSession } from './raw-client.ts';

const slowly = { toolMode: 'all', callsPerMinute: 4 } as const;

describe('calls a minute', () => {
  test('come evenly, a quarter of them at once, for each agent apart', () => {
    const clock = new ManualClock();
    const limits = new CallLimits((agent) => (agent === marketing ? 60 : 6), () => clock.now());
    for (let count = 0; count < 15; count += 1) expect(limits.take(marketing)).toBe(0);
    expect(limits.take(marketing)).toBe(1);
    expect(limits.take(finance)).toBe(0);
    expect(limits.take(finance)).toBe(5);
    clock.pass(1_000);
    expect(limits.take(marketing)).toBe(0);
    expect(limits.take(marketing)).toBe(1);
    clock.pass(60 * 60_000);
    for (let count = 0; count < 15; count += 1) expect(limits.take(marketing)).toBe(0);
    expect(limits.take(marketing)).toBe(1);
  });

  test('over HTTP: 429 with the seconds to wait, for the request that it was', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock, optionsOf: () => slowly });
    const call = { name: 'work-mail__send_email' };
    expect((await askModern(broker, 'tools/call', call)).status).toBe(200);
    const { status, headers, answer } = await askModern(broker, 'tools/call', call, { id: 'too soon' });
    expect([status, headers.get('retry-after')]).toEqual([429, '15']);
    expect(answer).toMatchObject({ id: 'too soon', error: { message: expect.stringContaining('Nothing was done. Try again in 15 s') } });
    const session = await openSession(broker);
    expect((await askLegacy(broker, { id: 5, method: 'tools/call', params: call }, { session })).status).toBe(429);
    expect((await askModern(broker, 'tools/call', { name: 'books__read_ledger' }, { token: financeToken })).status).toBe(200);
    expect(broker.gate.performed).toHaveLength(2);
    clock.pass(15_000);
    expect((await askModern(broker, 'tools/call', call)).status).toBe(200);
  });

  test.each([
    ['resources/read', { uri: 'via-work-mail+note:1' }],
    ['prompts/get', { name: 'work-mail__greet' }],
    ['completion/complete', { ref: { type: 'ref/prompt', name: 'work-mail__greet' }, argument: {} }],
    ['subscriptions/listen', { notifications: { resourceSubscriptions: ['via-work-mail+note:1'] } }],
  ])('count %s; looking around is free', async (method, params) => {
    await using broker = await startBroker({ clock: new ManualClock(), optionsOf: () => slowly });
    for (let count = 0; count < 5; count += 1) expect((await askModern(broker, 'tools/list')).status).toBe(200);
    await askModern(broker, 'tools/call', { name: 'work-mail__send_email' });
    expect((await askModern(broker, method, params)).status).toBe(429);
    expect(broker.gate.performed).toHaveLength(1);
  });
});
