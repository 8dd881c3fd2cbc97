import { describe, expect, test } from 'vitest';
import { longestCallMs } from '../../main/gate/call-upstream.ts';
import { longestQuestionMs } from '../../main/gate/live-conversation.ts';
import { InputRefusedError, silence, type Conversation, type InputRequest } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { UpstreamAnswer, UpstreamCall } from '../../main/model/upstream.ts';
import { agent, decision, newWorld, open, press, request, settle } from './harness.ts';

interface Heard {
  readonly progress: JsonObject[];
  readonly logs: JsonObject[];
  readonly questions: Readonly<Record<string, InputRequest>>[];
}

/** An agent's client that notes what it hears, and answers questions when told to. */
function client(meta: JsonObject = {}) {
  const heard: Heard = { progress: [], logs: [], questions: [] };
  const answer = Promise.withResolvers<Readonly<Record<string, JsonObject>>>();
  const conversation: Conversation = {
    ...silence,
    capabilities: { elicitation: {} },
    meta,
    progress: (params) => void heard.progress.push(params),
    log: (params) => void heard.logs.push(params),
    ask(requests) {
      heard.questions.push(requests);
      return answer.promise;
    },
  };
  return { conversation, heard, answer };
}

const question = { q: { method: 'elicitation/create', params: { message: 'Which folder?' } } } as const;

/** A start with a call under way; the call is the service's side of it. */
async function begun(asked = request({}, 'read_message'), first = client()) {
  const world = newWorld();
  const app = open(world);
  app.knobs.decide = decision('allow');
  const service = Promise.withResolvers<UpstreamAnswer>();
  app.knobs.answer = () => service.promise;
  const answer = app.gate.perform({ ...asked, conversation: first.conversation });
  await settle();
  const call = world.calls[0] as UpstreamCall;
  return { world, app, service, answer, call, first };
}

const refusedWith = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'answered', (error: unknown) => (error instanceof InputRefusedError ? 'refused' : error));
const result: UpstreamAnswer = { kind: 'result', result: { content: [] } };

describe('while an action is being done', () => {
  test('progress, log and questions reach the client, without any secret, and its answer reaches the service', async () => {
    const { call, first, service, answer } = await begun();
    call.conversation.progress({ progress: 1, message: 'logged in with hunter2' });
    call.conversation.log({ level: 'info', data: { password: 'hunter2' } });
    const asked = call.conversation.ask({ q: { method: 'elicitation/create', params: { message: 'Is hunter2 right?' } } });
    await settle();
    expect(first.heard).toMatchObject({ progress: [{ progress: 1 }], logs: [{ level: 'info' }], questions: [{ q: { method: 'elicitation/create' } }] });
    expect(JSON.stringify(first.heard)).not.toContain('hunter2');
    first.answer.resolve({ q: { action: 'accept', content: { ok: true } } });
    expect(await asked).toEqual({ q: { action: 'accept', content: { ok: true } } });
    service.resolve(result);
    expect(await answer).toMatchObject({ outcome: 'done' });
  });

  test('after the end nothing passes any more', async () => {
    const { call, first, service, answer } = await begun();
    service.resolve(result);
    await answer;
    call.conversation.progress({ progress: 2 });
    call.conversation.log({ level: 'error', data: 'late' });
    expect(await refusedWith(call.conversation.ask(question))).toBe('refused');
    expect(first.heard).toEqual({ progress: [], logs: [], questions: [] });
  });

  test('a question after a pause is refused; one that is open is refused at once, and a late answer is dropped', async () => {
    const { call, first, app, service, answer } = await begun();
    const asked = refusedWith(call.conversation.ask(question));
    await settle();
    app.pause.set(true);
    expect(await asked).toBe('refused');
    first.answer.resolve({ q: { action: 'accept', content: { secret: 'of the person' } } });
    expect(await refusedWith(call.conversation.ask(question))).toBe('refused');
    call.conversation.progress({ progress: 2 });
    // Lifting the pause opens nothing: the call was ended by it.
    app.pause.set(false);
    expect(await refusedWith(call.conversation.ask(question))).toBe('refused');
    expect(call.signal.aborted).toBe(true);
    expect(first.heard).toMatchObject({ progress: [], questions: [{}] });
    service.resolve({ kind: 'unknown', text: 'cut off' });
    expect(await answer).toMatchObject({ outcome: 'unknown' });
  });

  test('an answer given after the connection was taken from the agent does not reach the service', async () => {
    const { call, first, app } = await begun();
    const asked = refusedWith(call.conversation.ask(question));
    await settle();
    app.knobs.mayUse = false;
    first.answer.resolve({ q: { action: 'accept' } });
    expect(await asked).toBe('refused');
  });

  test('the time a question is open does not count towards the longest call', async () => {
    const { world, call, first, answer, service } = await begun();
    await world.clock.advance(longestCallMs - 60_000);
    const asked = call.conversation.ask(question);
    await settle();
    await world.clock.advance(longestCallMs);
    expect(call.signal.aborted).toBe(false);
    first.answer.resolve({ q: { action: 'accept' } });
    await asked;
    await world.clock.advance(59_000);
    expect(call.signal.aborted).toBe(false);
    await world.clock.advance(1000);
    expect(call.signal.aborted).toBe(true);
    service.resolve(result);
    expect(await answer).toMatchObject({ outcome: 'done' });
  });

  test('a question that nobody ever answers does not keep the call open for ever', async () => {
    const { world, call } = await begun();
    const asked = refusedWith(call.conversation.ask(question));
    await settle();
    await world.clock.advance(longestQuestionMs);
    expect(await asked).toBe('refused');
    await world.clock.advance(longestCallMs);
    expect(call.signal.aborted).toBe(true);
  });
});

/** A send that a person approved and that is under way. */
async function approved(meta: JsonObject = {}) {
  const world = newWorld();
  const app = open(world);
  app.knobs.settings = { sendHoldSeconds: 0 };
  const service = Promise.withResolvers<UpstreamAnswer>();
  app.knobs.answer = () => service.promise;
  const first = client(meta);
  const cancel = new AbortController();
  const answer = app.gate.perform({ ...request(undefined, undefined, cancel.signal), conversation: first.conversation });
  await press(app, world, 'approve');
  return { world, app, service, answer, first, cancel, call: world.calls[0] as UpstreamCall };
}

describe('an action that was put to a person', () => {
  test('the same call again takes the conversation over; when it leaves, the one before goes on, then nobody', async () => {
    const { world, app, call, first, cancel, service } = await approved();
    const second = client();
    const leaveSecond = new AbortController();
    void app.gate.perform({ ...request(undefined, undefined, leaveSecond.signal), conversation: second.conversation });
    await settle();
    call.conversation.progress({ progress: 1 });
    leaveSecond.abort();
    await settle();
    call.conversation.progress({ progress: 2 });
    cancel.abort();
    await settle();
    call.conversation.progress({ progress: 3 });
    expect(await refusedWith(call.conversation.ask(question))).toBe('refused');
    const third = client();
    const { action } = call;
    const fetched = app.gate.wait(agent, action, new AbortController().signal, third.conversation);
    await settle();
    call.conversation.progress({ progress: 4 });
    expect([second, first, third].map(({ heard }) => heard.progress)).toEqual([[{ progress: 1 }], [{ progress: 2 }], [{ progress: 4 }]]);
    service.resolve(result);
    expect(await fetched).toMatchObject({ outcome: 'done' });
    expect(world.calls).toHaveLength(1);
  });

  test('a question to a client that goes away is refused, so that the call does not hang', async () => {
    const { call, cancel } = await approved();
    const asked = refusedWith(call.conversation.ask(question));
    await settle();
    cancel.abort();
    expect(await asked).toBe('refused');
  });

  test('what its client put into _meta beside the trace was on no card and does not go out', async () => {
    const meta = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'vendor.example/recipient': 'thief@evil.example' };
    const asked = await approved(meta);
    expect(asked.call.conversation.meta).toEqual({ traceparent: meta.traceparent });
    const allowed = await begun(request({}, 'read_message'), client(meta));
    expect(allowed.call.conversation.meta).toEqual(meta);
  });
});

describe('a service’s own error', () => {
  test.each(['failed', 'unknown'] as const)('%s: goes scrubbed into the answer and its text', async (kind) => {
    const { service, answer, world } = await begun();
    service.resolve({ kind, text: 'The service said no.', error: { code: -32_042, message: 'token hunter2 expired', data: { token: 'hunter2', url: 'https://sign.in' } } });
    const ended = await answer;
    expect(ended).toMatchObject({ outcome: kind, error: { code: -32_042, message: 'token [secret removed] expired', data: { url: 'https://sign.in' } }, text: expect.stringContaining('said no. token [secret removed]') });
    expect(JSON.stringify([ended, world.events])).not.toContain('hunter2');
  });

  test('while paused it is held back as a result is', async () => {
    const { service, answer, app } = await begun();
    app.pause.set(true);
    service.resolve({ kind: 'unknown', text: 'The balance is 5,000.', error: { code: 1, message: 'balance', data: 5000 } });
    const ended = await answer;
    expect(ended).toMatchObject({ outcome: 'unknown', reason: 'outcome_uncertain' });
    expect(JSON.stringify(ended)).not.toMatch(/balance|5,?000/);
  });
});
