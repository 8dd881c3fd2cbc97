import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openHttpUpstream } from '../../main/connections/http-upstream.ts';
import type { ClosableUpstream } from '../../main/connections/mcp-upstream.ts';
import { openStdioUpstream } from '../../main/connections/stdio-upstream.ts';
import type { Conversation } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { UpstreamCall, UpstreamChange } from '../../main/model/upstream.ts';
import { watchedUri } from '../conformance/content.ts';
import { startEverythingHttp, type EverythingHttp } from '../conformance/everything-http.ts';
import { callOf, textOf } from './call.ts';
import { canAnswerAll, createTalk } from './talk.ts';

const script = join(import.meta.dirname, '../conformance/everything-stdio.ts');

let http: EverythingHttp;
beforeAll(async () => {
  http = await startEverythingHttp();
});
afterAll(() => http.stop());

const opened: ClosableUpstream[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
});

/** Answers the question for the newer era as a server that knows none does. */
const withoutDiscovery: typeof fetch = (url, init) =>
  typeof init?.body === 'string' && init.body.includes('"server/discover"')
    ? Promise.resolve(Response.json({ jsonrpc: '2.0', id: null, error: { code: -32_601, message: 'Method not found' } }, { status: 400 }))
    : fetch(url, init);

const ways = [
  ['modern over stdio', () => openStdioUpstream({ command: process.execPath, args: [script, '--era', 'modern'] })],
  ['legacy over stdio', () => openStdioUpstream({ command: process.execPath, args: [script, '--era', 'legacy'] })],
  ['modern over HTTP', () => openHttpUpstream({ url: http.url })],
  ['legacy over HTTP', () => openHttpUpstream({ url: http.url }, { fetch: withoutDiscovery })],
] as const;

function talkOf(name: string, conversation: Conversation, args: JsonObject = {}): UpstreamCall {
  return { ...callOf(name, args), conversation };
}

describe.each(ways)('%s', (way, openWay) => {
  async function open(): Promise<ClosableUpstream & { readonly offers: NonNullable<ClosableUpstream['offers']> }> {
    const upstream = await openWay();
    opened.push(upstream);
    if (upstream.offers === undefined) throw new Error('It offers nothing.');
    return Object.assign(upstream, { offers: upstream.offers });
  }

  test('resources, templates, prompts and completion are there', async () => {
    const { offers } = await open();
    expect(await offers.listResources()).toMatchObject([{ uri: 'test://static-text' }, { uri: 'test://static-binary' }, { uri: watchedUri }]);
    expect(await offers.listResourceTemplates()).toMatchObject([{ uriTemplate: 'test://template/{id}/data' }]);
    expect((await offers.listPrompts()).map(({ name }) => name)).toContain('test_prompt_with_arguments');
    expect(await offers.readResource(callOf('test://static-binary'))).toMatchObject({ kind: 'result', result: { contents: [{ mimeType: 'image/png', blob: expect.any(String) }] } });
    const prompt = await offers.getPrompt(callOf('test_prompt_with_arguments', { arg1: 'x', arg2: 'y' }));
    expect(prompt).toMatchObject({ kind: 'result', result: { messages: [{ content: { text: "Prompt with arguments: arg1='x', arg2='y'" } }] } });
    const params = { ref: { type: 'ref/prompt', name: 'test_prompt_with_arguments' }, argument: { name: 'arg1', value: 'par' } };
    expect(await offers.complete(params, new AbortController().signal)).toMatchObject({ completion: { values: ['paris', 'park', 'party'] } });
  });

  test('an unknown resource or prompt is failed, with the error of the service', async () => {
    const { offers } = await open();
    expect(await offers.readResource(callOf('test://none'))).toMatchObject({ kind: 'failed', error: { message: expect.any(String) } });
    expect(await offers.getPrompt(callOf('none'))).toMatchObject({ kind: 'failed', error: { code: -32_602, message: 'There is no prompt none.' } });
  });

  test('progress comes only when it was asked for, without our own token', async () => {
    const upstream = await open();
    const talk = createTalk({ wantsProgress: true });
    await upstream.callTool(talkOf('test_tool_with_progress', talk));
    expect(talk.progressed).toEqual([0, 50, 100].map((progress) => expect.objectContaining({ progress, total: 100 })));
    expect(talk.progressed.every((params) => !('progressToken' in params))).toBe(true);
    const quiet = createTalk();
    await upstream.callTool(talkOf('test_tool_with_progress', quiet));
    expect(quiet.progressed).toEqual([]);
  });

  test('log messages come to whoever wants them, from the level they want', async () => {
    const upstream = await open();
    const none = createTalk();
    await upstream.callTool(talkOf('test_tool_with_logging', none));
    const errors = createTalk({ logLevel: 'error' });
    await upstream.callTool(talkOf('test_tool_with_logging', errors));
    const all = createTalk({ logLevel: 'debug' });
    await upstream.callTool(talkOf('test_tool_with_logging', all));
    expect([none.logged, errors.logged]).toEqual([[], []]);
    expect(all.logged).toMatchObject([{ level: 'info', data: 'Tool execution started' }, { data: 'Tool processing data' }, { data: 'Tool execution completed' }]);
  });

  test('what the server asks is put to the client of this call, and its answers go back', async () => {
    const upstream = await open();
    const talk = createTalk({
      capabilities: canAnswerAll,
      answers: {
        'elicitation/create': { action: 'accept', content: { name: 'Ada' } },
        'sampling/createMessage': { role: 'assistant', model: 'm', content: { type: 'text', text: 'Hello' } },
        'roots/list': { roots: [{ uri: 'file:///ada' }] },
      },
    });
    const said = textOf(await upstream.callTool(talkOf('test_input_required_result_multiple_inputs', talk)));
    expect(said).toContain('"Ada"');
    expect(said).toContain('"Hello"');
    expect(said).toContain('file:///ada');
    expect(talk.asked.flatMap((requests) => Object.values(requests).map(({ method }) => method)).sort()).toEqual(['elicitation/create', 'roots/list', 'sampling/createMessage']);
    expect(textOf(await upstream.callTool(talkOf('test_input_required_result_request_state', talk)))).toContain('accept');
    expect(textOf(await upstream.callTool(talkOf('test_input_required_result_multi_round', talk)))).toBe('Both steps are done.');
    expect(await upstream.offers.getPrompt(talkOf('test_input_required_result_prompt', talk))).toMatchObject({ kind: 'result', result: { messages: [{ content: { text: expect.stringContaining('Ada') } }] } });
  });

  test('an answer that is refused ends the call with the error of the client, and never as if nothing had been done', async () => {
    const upstream = await open();
    const talk = createTalk({ capabilities: canAnswerAll });
    const answer = await upstream.callTool(talkOf('test_input_required_result_elicitation', talk));
    expect(talk.asked).toHaveLength(1);
    // An older server is told of the refusal, and decides by itself what its call comes to.
    if (way.startsWith('modern')) expect(answer).toMatchObject({ kind: 'unknown', error: { code: -1, message: 'The user rejected it.', data: { why: 'test' } } });
    else expect(JSON.stringify(answer)).toContain('The user rejected it.');
  });

  test('changes are heard: of lists, and of resources somebody follows', async () => {
    const upstream = await open();
    const heard: UpstreamChange[] = [];
    upstream.onChange?.((change) => heard.push(change));
    const end = await upstream.offers.subscribe(watchedUri);
    await upstream.offers.subscribe(watchedUri);
    await upstream.callTool(callOf('test_trigger_tool_change'));
    await upstream.callTool(callOf('test_trigger_prompt_change'));
    await upstream.callTool(callOf('test_trigger_resource_change'));
    const all = [{ kind: 'tools' }, { kind: 'prompts' }, { kind: 'resource', uri: watchedUri }];
    await vi.waitFor(() => expect(heard).toEqual(expect.arrayContaining(all)));
    end();
    end();
    heard.length = 0;
    await upstream.callTool(callOf('test_trigger_resource_change'));
    // One of the two still follows it.
    await vi.waitFor(() => expect(heard).toContainEqual({ kind: 'resource', uri: watchedUri }));
  });

  test('a call that is cancelled ends at once as unknown', async () => {
    const upstream = await open();
    const abort = new AbortController();
    const talk = createTalk({ capabilities: canAnswerAll, ask: () => new Promise(() => undefined) });
    const answer = upstream.callTool({ ...talkOf('test_input_required_result_elicitation', talk), signal: abort.signal });
    setTimeout(() => abort.abort(), 300);
    expect(await answer).toMatchObject({ kind: 'unknown', text: expect.stringContaining('cancelled') });
    expect(textOf(await upstream.callTool(callOf('test_simple_text')))).toContain('simple text');
  });
});

test('a newer server is told what this very client can answer, and asks nothing else', async () => {
  for (const open of [ways[0][1], ways[2][1]]) {
    const upstream = await open();
    opened.push(upstream);
    const talk = createTalk({ capabilities: { sampling: {}, extensions: { x: {} } }, answers: { 'sampling/createMessage': { role: 'assistant', model: 'm', content: { type: 'text', text: 'ok' } } } });
    await upstream.callTool(talkOf('test_input_required_result_capabilities', talk));
    expect(talk.asked.flatMap((requests) => Object.values(requests).map(({ method }) => method))).toEqual(['sampling/createMessage']);
    const mute = createTalk({ answers: {} });
    await upstream.callTool(talkOf('test_input_required_result_capabilities', mute));
    expect(mute.asked).toEqual([]);
  }
});

test('an argument goes into a header where the schema says so (the SDK server refuses the call otherwise)', async () => {
  const upstream = await ways[2][1]();
  opened.push(upstream);
  for (const region of ['north', ' Zürich ', '=?base64?x?=']) expect(textOf(await upstream.callTool(callOf('test_custom_header', { region })))).toBe(region);
});
