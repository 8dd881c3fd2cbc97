import { describe, expect, test } from 'vitest';
import { agent, open, press, settle } from '../gate/harness.ts';
import { asking, isOpen, setting, toward } from './setting.ts';

const sentence = (card: { readonly headline: { readonly id: string } } | undefined): string | undefined => card?.headline.id;

describe('a place that a run reaches', () => {
  test('is asked about once, and everything that comes meanwhile waits for the same answer', async () => {
    const { world, app, run } = setting();
    const egress = run();
    const answers = Array.from({ length: 10 }, () => egress.decide(toward('api.hubapi.com')));
    await settle();
    expect(app.approvals.waiting().map(({ card }) => sentence(card))).toEqual(['card.place.headline']);
    await press(app, world, 'approve');
    expect(await Promise.all(answers)).toEqual(answers.map(() => ({ effect: 'allow' })));
    expect(await egress.decide(toward('api.hubapi.com'))).toEqual({ effect: 'allow' });
    expect(app.approvals.waiting()).toEqual([]);
    expect(world.events.filter(({ kind }) => kind === 'intent')).toHaveLength(1);
  });

  test('is asked about again by the next run, and for another port', async () => {
    const { world, app, run } = setting();
    const first = run();
    const answer = first.decide(toward('api.hubapi.com'));
    await press(app, world, 'approve');
    await answer;
    const [other, next] = [first.decide(toward('api.hubapi.com', 8443)), run().decide(toward('api.hubapi.com'))];
    expect(await isOpen(other)).toBe(true);
    expect(await isOpen(next)).toBe(true);
    expect(app.approvals.waiting()).toHaveLength(2);
  });

  test('stays refused until the run ends, and the run is told why', async () => {
    const { world, app, run } = setting();
    const egress = run();
    const answer = egress.decide(toward('evil.example'));
    await press(app, world, 'deny', 'Not there');
    expect(await answer).toEqual({ effect: 'deny', reason: expect.stringContaining('Not there') });
    expect(await egress.decide(toward('evil.example'))).toMatchObject({ effect: 'deny' });
    expect(world.events.filter(({ kind }) => kind === 'asked')).toHaveLength(1);
  });

  test('that waits longer than a client would is still answered', async () => {
    const { world, app, run } = setting();
    const answer = run().decide(toward('api.hubapi.com'));
    await settle();
    await world.clock.advance(120_000);
    expect(await isOpen(answer)).toBe(true);
    await press(app, world, 'approve');
    expect(await answer).toEqual({ effect: 'allow' });
  });

  test('is not reached when nobody answers, and its question is taken back at the end of the run', async () => {
    const { world, app, run } = setting();
    const late = run().decide(toward('api.hubapi.com'));
    await settle();
    await world.clock.advance(300_001);
    expect(await late).toMatchObject({ effect: 'deny' });
    const egress = run();
    const open = egress.decide(toward('other.example'));
    await settle();
    egress.close();
    await settle();
    expect(await open).toMatchObject({ effect: 'deny' });
    expect(app.approvals.waiting()).toEqual([]);
  });

  test('is no question any more after a restart: who asked is gone', async () => {
    const { world, app, run } = setting();
    void run().decide(toward('api.hubapi.com'));
    await settle();
    app.gate.close();
    const again = open(world);
    await again.gate.recover();
    await settle();
    expect(again.approvals.waiting()).toEqual([]);
    expect(world.events.findLast(({ kind }) => kind === 'ended')).toMatchObject({ outcome: 'failed', reason: 'interrupted' });
  });

  test('is not reached while everything is paused, and what was waiting is refused', async () => {
    const { app, run } = setting({ hosts: { allow: ['api.hubapi.com'], deny: [] } });
    const waiting = run().decide(toward('other.example'));
    await settle();
    app.pause.set(true);
    expect(await waiting).toMatchObject({ effect: 'deny' });
    expect(await run().decide(toward('api.hubapi.com'))).toMatchObject({ effect: 'deny' });
  });

  test('that was reached before is not reached once everything is paused, or a rule refuses it', async () => {
    const { app, policy, run } = setting({ hosts: { allow: ['*.hubapi.com'], deny: [] } });
    const egress = run();
    expect(await egress.decide(toward('api.hubapi.com'))).toEqual({ effect: 'allow' });
    app.pause.set(true);
    expect(await egress.decide(toward('api.hubapi.com'))).toMatchObject({ effect: 'deny' });
    app.pause.set(false);
    expect(await egress.decide(asking('api.hubapi.com', 'GET', '/a'))).toEqual({ effect: 'allow' });
    policy.update({ hosts: { allow: [], deny: ['api.hubapi.com'] } });
    expect(await egress.decide(asking('api.hubapi.com', 'GET', '/a'))).toMatchObject({ effect: 'deny', reason: expect.stringContaining('You refused') });
  });

  test('is not reached when it cannot be written down', async () => {
    const { app, run } = setting({ hosts: { allow: ['api.hubapi.com'], deny: [] } });
    app.knobs.unrecordable.add('intent');
    expect(await run().decide(toward('api.hubapi.com'))).toMatchObject({ effect: 'deny' });
  });

  test('of which there are too many is refused: that is a scan', async () => {
    const { run } = setting({ hosts: { allow: ['*'], deny: [] } });
    const egress = run();
    for (let port = 1; port <= 200; port += 1) expect(await egress.decide(toward('api.hubapi.com', port))).toEqual({ effect: 'allow' });
    expect(await egress.decide(toward('api.hubapi.com', 201))).toMatchObject({ effect: 'deny' });
  });
});

describe('the lists of places', () => {
  test('allow and refuse without a question, and say whose they are', async () => {
    const { world, run } = setting({ hosts: { allow: ['*.hubapi.com:443'], deny: ['**.evil.example'] } });
    const egress = run();
    expect(await egress.decide(toward('api.hubapi.com'))).toEqual({ effect: 'allow' });
    expect(await egress.decide(toward('a.b.evil.example'))).toMatchObject({ effect: 'deny', reason: expect.stringContaining('You refused this place') });
    expect(world.events.filter(({ kind }) => kind === 'intent')).toHaveLength(2);
    expect(world.events.filter(({ kind }) => kind === 'asked')).toEqual([]);
  });

  test('of the person never open what the company refuses', async () => {
    const { run } = setting({ text: 'forbid (principal, action == Action::"connect", resource) when { context.facts.host == "api.hubapi.com" };', hosts: { allow: ['*'], deny: [] } });
    expect(await run().decide(toward('api.hubapi.com'))).toMatchObject({ effect: 'deny' });
  });

  test('that hold what is no place refuse everything, or allow nothing', async () => {
    expect(await setting({ hosts: { allow: ['api.hubapi.com'], deny: ['evil..example'] } }).run().decide(toward('api.hubapi.com'))).toMatchObject({ effect: 'deny' });
    expect(await isOpen(setting({ hosts: { allow: ['api..example'], deny: [] } }).run().decide(toward('api.hubapi.com')))).toBe(true);
  });
});

describe('a place inside the own network', () => {
  test.for(['127.0.0.1', 'localhost', '169.254.169.254', '0x7f.1', '2130706433', '[::1]', '::ffff:10.0.0.1', '192.168.1.1', 'printer.local'])('%s is refused without a question, and recorded', async (host) => {
    const { world, run } = setting();
    expect(await run().decide(toward(host))).toMatchObject({ effect: 'deny', reason: expect.stringContaining('own network') });
    expect(world.events.find(({ kind }) => kind === 'intent')).toMatchObject({ actionKind: 'connect', facts: { isInternalPlace: true } });
  });

  test('is reached where a list names it, and names may lead into a network that is listed', async () => {
    const { run } = setting({ hosts: { allow: ['10.1.0.0/16'], deny: [] }, allowedNetworks: ['10.1.0.0/16'] });
    const egress = run();
    expect(await egress.decide(toward('10.1.2.3'))).toEqual({ effect: 'allow' });
    expect(await egress.decide(toward('10.2.2.3'))).toMatchObject({ effect: 'deny' });
    expect(egress.refusedNetworks).not.toContain('10.0.0.0/8');
    expect(egress.refusedNetworks).toContain('10.0.0.0/16');
    expect(egress.refusedNetworks).toContain('192.168.0.0/16');
  });
});

describe('a request that is seen', () => {
  test('needs no answer of its own where the place has one, and is written down without its query', async () => {
    const { world, app, run, requests } = setting();
    const egress = run();
    const first = egress.decide(asking('api.hubapi.com', 'GET', '/contacts?key=secret'));
    await press(app, world, 'approve');
    expect(await first).toEqual({ effect: 'allow' });
    expect(await egress.decide(asking('api.hubapi.com', 'POST', '/contacts'))).toEqual({ effect: 'allow' });
    expect(requests).toEqual([
      { method: 'GET', path: '/contacts' },
      { method: 'POST', path: '/contacts' },
    ]);
  });

  test('is refused by a rule about requests, though the place is allowed', async () => {
    const { world, run, requests } = setting({
      text: 'forbid (principal, action == Action::"connect", resource) when { context.facts has method && context.facts.method == "DELETE" };',
      hosts: { allow: ['api.hubapi.com'], deny: [] },
    });
    const egress = run();
    expect(await egress.decide(asking('api.hubapi.com', 'GET', '/a'))).toEqual({ effect: 'allow' });
    expect(await egress.decide(asking('api.hubapi.com', 'DELETE', '/a'))).toMatchObject({ effect: 'deny' });
    expect(world.events.findLast(({ kind }) => kind === 'intent')).toMatchObject({ facts: { method: 'DELETE', path: '/a' } });
    expect(requests).toEqual([{ method: 'GET', path: '/a' }]);
  });

  test('is asked about by a rule about requests, with what it is on the card', async () => {
    const { world, app, run } = setting({
      text: '@id("writes") @requireApproval("Writes are asked about.") permit (principal, action == Action::"connect", resource) when { context.facts has method && context.facts.method != "GET" };',
      hosts: { allow: ['api.hubapi.com'], deny: [] },
    });
    const egress = run();
    expect(await egress.decide(asking('api.hubapi.com', 'GET', '/a'))).toEqual({ effect: 'allow' });
    const write = egress.decide(asking('api.hubapi.com', 'POST', '/a'));
    await settle();
    expect(app.approvals.waiting().map(({ card }) => sentence(card))).toEqual(['card.request.headline']);
    await press(app, world, 'approve');
    expect(await write).toEqual({ effect: 'allow' });
  });
});

test('the card of a bare address or a look-alike has to be confirmed, that of a name has not', async () => {
  const { app, run } = setting();
  const egress = run();
  for (const host of ['api.hubapi.com', '93.184.216.34', 'acrne.example']) void egress.decide(toward(host));
  await settle();
  expect(app.approvals.waiting().map(({ card }) => [card.risk, card.confirm?.id])).toEqual([
    ['normal', undefined],
    ['high', 'card.place.confirm'],
    ['high', 'card.place.confirm'],
  ]);
  expect(agent).toBe('marketing');
});
