import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { answerTime, mostAsked } from '../../main/broker/asked-calls.ts';
import type { InputRequest } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { books, caller, done, entry, financeToken, mail, marketing, marketingToken, startBroker, type Broker } from './harness.ts';
import { ManualClock } from './manual-clock.ts';
import { askModern, field, until, type Exchange, type Sent } from './raw-client.ts';

const elicitation = { elicitation: {} };
const form: InputRequest = { method: 'elicitation/create', params: { message: 'Which one?', requestedSchema: { type: 'object', properties: { name: { type: 'string' } } } } };
const sampling: InputRequest = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 10 } };
const accept = (name: string): JsonObject => ({ action: 'accept', content: { name } });
const tool = { name: 'work-mail__send_email', arguments: { to: 'ana' } };

/** The service asks this, several at once, and tells what it was answered. */
function asking(broker: Broker, ...asked: readonly Readonly<Record<string, InputRequest>>[]): void {
  broker.gate.script = async ({ conversation }, action) => {
    const answers = await Promise.all(asked.map((questions) => conversation.ask(questions)));
    return done(action, JSON.stringify(answers));
  };
}

function call(broker: Broker, more: JsonObject = {}, sent: Sent = {}): Promise<Exchange> {
  return askModern(broker, 'tools/call', { ...tool, ...more }, { capabilities: elicitation, ...sent });
}

const stateOf = ({ answer }: Exchange): string => z.string().parse(field(answer, 'result', 'requestState'));
const textOf = ({ answer }: Exchange): string => JSON.stringify(field(answer, 'result', 'content') ?? answer);

describe('a service’s question to a client without sessions', () => {
  test('ends the request, under the service’s own key; the retry with the answer gives the result', async () => {
    await using broker = await startBroker();
    asking(broker, { user_name: form });
    const first = await call(broker);
    expect(first.answer['result']).toMatchObject({ resultType: 'input_required', inputRequests: { user_name: form } });
    const second = await call(broker, { requestState: stateOf(first), inputResponses: { user_name: accept('Ana'), more: 5 } }, { id: 'other' });
    expect(second.answer).toMatchObject({ id: 'other', result: { resultType: 'complete' } });
    expect(textOf(second)).toContain('Ana');
    expect(broker.gate.performed).toHaveLength(1);
  });

  test('and others asked at the same time come together; two of one name get another', async () => {
    await using broker = await startBroker();
    asking(broker, { question: form }, { question: sampling, constructor: form });
    const capabilities = { elicitation: {}, sampling: {} };
    const first = await call(broker, {}, { capabilities });
    const questions = field(first.answer, 'result', 'inputRequests');
    expect(questions).toEqual({ question: form, 'question-1': sampling, constructor: form });
    const said = { role: 'assistant', content: { type: 'text', text: 'hi' }, model: 'm' };
    const inputResponses = { question: accept('one'), 'question-1': said, constructor: accept('two') };
    const second = await call(broker, { requestState: stateOf(first), inputResponses }, { capabilities });
    expect(textOf(second)).toContain(JSON.stringify(JSON.stringify([{ question: accept('one') }, { question: said, constructor: accept('two') }])).slice(1, -1));
  });

  test('may have a name that objects have of themselves', async () => {
    await using broker = await startBroker();
    const named = Object.fromEntries([['__proto__', form]]);
    asking(broker, named);
    const first = await call(broker);
    expect(field(first.answer, 'result', 'inputRequests', '__proto__')).toEqual(form);
    const unanswered = await call(broker, { requestState: stateOf(first), inputResponses: {} });
    expect(field(unanswered.answer, 'result', 'resultType')).toBe('input_required');
    const inputResponses = Object.fromEntries([['__proto__', accept('Ana')]]);
    expect(textOf(await call(broker, { requestState: stateOf(unanswered), inputResponses }))).toContain('Ana');
  });

  test('is asked again when the answer is missing or is none; what was answered is not', async () => {
    await using broker = await startBroker();
    asking(broker, { one: form }, { two: form });
    const first = await call(broker);
    const second = await call(broker, { requestState: stateOf(first), inputResponses: { one: accept('1'), two: 12345 } });
    expect(field(second.answer, 'result', 'inputRequests')).toEqual({ two: form });
    const third = await call(broker, { requestState: stateOf(second), inputResponses: { wrong: accept('x') } });
    expect(field(third.answer, 'result', 'inputRequests')).toEqual({ two: form });
    expect(stateOf(third)).not.toBe(stateOf(second));
    const last = await call(broker, { requestState: stateOf(third), inputResponses: { two: accept('2') } });
    expect(textOf(last)).toMatch(/1.*2/);
  });

  test('is not put at all when its answer came with the request, and that answers one question only', async () => {
    await using broker = await startBroker();
    broker.gate.script = async ({ conversation }, action) => {
      const one = await conversation.ask({ confirm: form });
      const two = await conversation.ask({ confirm: { ...form, params: { ...form.params, message: 'And delete all?' } } });
      return done(action, JSON.stringify([one, two]));
    };
    const first = await call(broker, { inputResponses: { confirm: accept('yes'), more: {} } });
    expect(field(first.answer, 'result', 'inputRequests', 'confirm', 'params', 'message')).toBe('And delete all?');
    const second = await call(broker, { requestState: stateOf(first), inputResponses: { confirm: accept('no') } });
    expect(textOf(second)).toMatch(/yes.*no/);
  });

  test.each([[{ inputResponses: null }], [{ inputResponses: [] }], [{ requestState: 5 }]])('%j is refused, and nothing is done', async (more) => {
    await using broker = await startBroker();
    expect((await call(broker, more)).answer).toMatchObject({ error: { code: -32602 } });
    expect(broker.gate.performed).toEqual([]);
  });

  test('is refused to the service when this client cannot answer it: -32021, HTTP 400, what would be needed', async () => {
    await using broker = await startBroker();
    broker.gate.script = async ({ conversation }, action) => {
      const refused = await conversation.ask({ question: sampling }).catch((error: unknown) => error);
      return { kind: 'ended', action, outcome: 'failed', reason: 'service_failed', text: 'It failed.', contact: null, error: Object(refused).error };
    };
    const { status, answer } = await call(broker, {}, { capabilities: {} });
    expect(status).toBe(400);
    expect(answer).toMatchObject({ error: { code: -32021, data: { requiredCapabilities: { sampling: {} } } } });
  });
});

describe('the state of a call that waits for an answer', () => {
  const responses = { inputResponses: { q: accept('Ana') } };

  test('is good once, and two retries at once do it once', async () => {
    await using broker = await startBroker();
    asking(broker, { q: form });
    const requestState = stateOf(await call(broker));
    const both = await Promise.all([call(broker, { requestState, ...responses }), call(broker, { requestState, ...responses })]);
    expect(both.filter(({ answer }) => field(answer, 'error', 'code') === -32602)).toHaveLength(1);
    expect(both.filter((one) => textOf(one).includes('Ana'))).toHaveLength(1);
    expect((await call(broker, { requestState, ...responses })).answer).toMatchObject({ error: { code: -32602 } });
    expect(broker.gate.performed).toHaveLength(1);
  });

  const others: readonly (readonly [string, JsonObject, Sent])[] = [
    ['another agent', {}, { token: financeToken }],
    ['other arguments', { arguments: { to: 'eve' } }, {}],
    ['another tool', { name: 'work-mail__search_messages' }, {}],
    ['another endpoint', { name: 'send_email' }, { path: '/work-mail' }],
    ['a token that reaches less', {}, { token: 'cst_narrow' }],
  ];
  test.each(others)('is no state for %s', async (_what, more, sent) => {
    await using broker = await startBroker();
    broker.catalog.tools.set(marketing, [entry(mail, 'send_email'), entry(mail, 'search_messages'), entry(books, 'read_ledger')]);
    broker.tokens.set('cst_narrow', { kind: 'caller', caller: { agent: marketing, reach: [{ connection: books, mayRead: true, mayAct: true }] } });
    asking(broker, { q: form });
    const requestState = stateOf(await call(broker));
    expect((await call(broker, { ...more, requestState, ...responses }, sent)).answer).toMatchObject({ error: { code: -32602 } });
    expect(broker.gate.performed).toHaveLength(1);
    expect(textOf(await call(broker, { requestState, ...responses }))).toContain('Ana');
  });

  test.each(['', 'constructor', '__proto__', 'x'.repeat(100_000)])('made up (%.12s) is an error, never a fresh call', async (requestState) => {
    await using broker = await startBroker();
    expect((await call(broker, { requestState })).answer).toMatchObject({ error: { code: -32602 } });
    expect(broker.gate.performed).toEqual([]);
  });

  test.each(['{"id":1e400}', '{"id":"\\ud800"}'])('is none of a call whose arguments have no canonical form: %s', async (args) => {
    await using broker = await startBroker();
    const { status, answer } = await askModern(broker, 'tools/call', { ...tool, arguments: {}, requestState: 'a'.repeat(43), inputResponses: {} }, { replaceInBody: ['"arguments":{}', `"arguments":${args}`] });
    expect(status).toBe(200);
    expect(answer).toMatchObject({ id: 1, error: { code: -32602 } });
    expect(broker.gate.performed).toEqual([]);
  });

  test('ends after ten minutes, and when the agent is cut off', async () => {
    const clock = new ManualClock();
    await using broker = await startBroker({ clock });
    const refused: unknown[] = [];
    broker.gate.script = async ({ conversation, signal }, action) => {
      await conversation.ask({ q: form }).catch((error: unknown) => refused.push([Object(error).name, signal.aborted]));
      return done(action, 'ended');
    };
    const ask = async (): Promise<string> => {
      const asked = call(broker);
      const before = clock.pending;
      await until(() => clock.pending > before + 1);
      clock.pass(10);
      return stateOf(await asked);
    };
    const late = await ask();
    clock.pass(answerTime);
    await until(() => refused.length === 1);
    const cut = await ask();
    broker.doors.modern.cutOff(caller(marketing).agent);
    await until(() => refused.length === 2);
    expect(refused).toEqual([['InputRefusedError', true], ['InputRefusedError', true]]);
    for (const requestState of [late, cut]) expect((await call(broker, { requestState, ...responses })).answer).toMatchObject({ error: { code: -32602 } });
  });

  test('makes way for newer ones when nobody answers: questions left alone switch nothing off', async () => {
    await using broker = await startBroker();
    asking(broker, { q: form });
    const states: string[] = [];
    for (let count = 0; count <= mostAsked; count += 1) states.push(stateOf(await call(broker)));
    expect((await call(broker, { requestState: states[0] ?? '', ...responses })).answer).toMatchObject({ error: { code: -32602 } });
    for (const requestState of [states[1], states.at(-1)]) expect(textOf(await call(broker, { requestState: requestState ?? '', ...responses }))).toContain('Ana');
  });

  test('gives the result of a call that ended meanwhile, whatever is answered', async () => {
    await using broker = await startBroker();
    const crash = Promise.withResolvers<undefined>();
    broker.gate.script = async ({ conversation }, action) => {
      await Promise.race([conversation.ask({ q: form }), crash.promise]);
      return done(action, 'the service went away');
    };
    const requestState = stateOf(await call(broker));
    crash.resolve(undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(textOf(await call(broker, { requestState }))).toContain('the service went away');
  });
});

test('a client that goes away while its call is about to ask leaves nothing behind', async () => {
  const clock = new ManualClock();
  await using broker = await startBroker({ clock });
  const asked = Promise.withResolvers<AbortSignal>();
  broker.gate.script = async ({ conversation, signal }, action) => {
    const answer = conversation.ask({ q: form }).catch(() => undefined);
    asked.resolve(signal);
    await answer;
    // A service that does not stop at once.
    await new Promise((resolve) => setTimeout(resolve, 50));
    return done(action, 'nobody hears');
  };
  const gone = new AbortController();
  const ended = call(broker, {}, { token: marketingToken, signal: gone.signal }).catch(() => 'gone');
  const signal = await asked.promise;
  gone.abort();
  await until(() => signal.aborted);
  clock.pass(10);
  expect(await ended).toBe('gone');
  await new Promise((resolve) => setTimeout(resolve, 100));
  // The sweep of sessions is all that waits.
  expect(clock.pending).toBe(1);
});
