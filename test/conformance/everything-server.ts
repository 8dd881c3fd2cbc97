import { randomBytes } from 'node:crypto';
import {
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  McpServer,
  ProtocolError,
  ProtocolErrorCode,
  type GetPromptResult,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { askingTools, isAnswered, promptQuestions } from './asking-tools.ts';
import { askingPrompt, complete, getPrompt, prompts, readResource, resources, templates, text, watchedUri } from './content.ts';
import { plainTools, type Asking, type OfferedTool, type Turn } from './tools.ts';

export type Era = 'modern' | 'legacy';
export type Change = Parameters<Turn['changed']>[0];

const tools: ReadonlyMap<string, OfferedTool> = new Map([...plainTools, ...askingTools].map((tool) => [tool.definition.name, tool]));

/** One key for the whole process: over HTTP each round of a request has a server object of its own. */
const states = createRequestStateCodec<string>({ key: randomBytes(32) });

/** Milliseconds a client may take to answer; longer than any test waits. */
const answerWithin = 60_000;

/**
 * A server that offers everything the conformance suite asks a server for, in either era: what it asks goes out as an
 * `input_required` result (2026-07-28, multi-round-trip requests) or as a request of its own (2025-11-25, client features).
 * `changed` tells every client that listens; without it, the one this object is connected to is told.
 */
export function createEverythingServer(era: Era, changed?: (what: Change) => void): McpServer {
  const server = new McpServer(
    { name: 'everything', version: '1.0.0', title: 'Everything' },
    {
      capabilities: { tools: { listChanged: true }, prompts: { listChanged: true }, resources: { subscribe: true, listChanged: true }, completions: {}, logging: {} },
      requestState: { verify: (state, context) => states.verify(state, context) },
      inputRequired: { legacyShim: false },
      instructions: 'For conformance tests.',
    },
  );
  const tell = changed ?? ((what) => notify(server, what));
  const { server: handlers } = server;

  handlers.setRequestHandler('tools/list', () => ({ tools: [...tools.values()].map(({ definition }) => definition) }));
  handlers.setRequestHandler('tools/call', ({ params }, context) => {
    const tool = tools.get(params.name);
    if (tool === undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${params.name}.`);
    return inTurns(era, server, context, tell, (turn) => tool.run(params.arguments ?? {}, turn));
  });
  handlers.setRequestHandler('resources/list', () => ({ resources: [...resources] }));
  handlers.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...templates] }));
  handlers.setRequestHandler('resources/read', ({ params }) => readResource(params.uri));
  if (era === 'legacy') {
    handlers.setRequestHandler('resources/subscribe', () => ({}));
    handlers.setRequestHandler('resources/unsubscribe', () => ({}));
  }
  handlers.setRequestHandler('prompts/list', () => ({ prompts: [...prompts] }));
  handlers.setRequestHandler('prompts/get', ({ params }, context) =>
    params.name === askingPrompt
      ? inTurns<GetPromptResult>(era, server, context, tell, (turn) =>
          isAnswered(promptQuestions, turn) ? { messages: [{ role: 'user', content: text(JSON.stringify(turn.answers['user_context'])) }] } : { questions: promptQuestions },
        )
      : getPrompt(params.name, params.arguments),
  );
  handlers.setRequestHandler('completion/complete', ({ params }) => ({ completion: { values: complete(params.argument.value), hasMore: false } }));
  return server;
}

function notify(server: McpServer, what: Change): void {
  if (what === 'tools') server.sendToolListChanged();
  else if (what === 'prompts') server.sendPromptListChanged();
  else void server.server.sendResourceUpdated({ uri: watchedUri });
}

/** Runs a handler until it has an answer, putting its questions to the client in between. */
async function inTurns<T extends object>(era: Era, server: McpServer, context: ServerContext, changed: Turn['changed'], run: (turn: Turn) => T | Asking | Promise<T | Asking>): Promise<T | InputRequiredResult> {
  const { mcpReq } = context;
  const token = mcpReq._meta?.progressToken;
  const base = {
    capabilities: capabilitiesOf(era, server, context),
    changed,
    progress: async (progress: number, total: number) => {
      if (token !== undefined) await mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress, total } });
    },
    log: (message: string) => mcpReq.log('info', message, 'everything'),
  };
  let result = await run({ ...base, answers: mcpReq.inputResponses ?? {}, state: mcpReq.requestState<string>() });
  if (era === 'modern') {
    if (!isAsking(result)) return result;
    const { questions, state } = result;
    return inputRequired({ inputRequests: { ...questions }, ...(state === undefined ? {} : { requestState: await states.mint(state, context) }) });
  }
  while (isAsking(result)) {
    result = await run({ ...base, answers: await askClient(result.questions, context), state: result.state });
  }
  return result;
}

function capabilitiesOf(era: Era, server: McpServer, { mcpReq }: ServerContext): Turn['capabilities'] {
  if (era === 'legacy') return server.server.getClientCapabilities() ?? {};
  const envelope: Readonly<Record<string, unknown>> = mcpReq.envelope ?? {};
  const declared = envelope[CLIENT_CAPABILITIES_META_KEY];
  return typeof declared === 'object' && declared !== null ? declared : {};
}

/** All questions at once. A refusal is the client's error and goes back to it, unless another question was answered. */
async function askClient(questions: Asking['questions'], { mcpReq }: ServerContext): Promise<Record<string, unknown>> {
  const keys = Object.keys(questions);
  const answers = await Promise.allSettled(Object.values(questions).map((question) => mcpReq.send({ method: question.method, params: { ...question.params } }, { timeout: answerWithin })));
  const given = answers.flatMap((answer, index) => (answer.status === 'fulfilled' ? [[keys[index] ?? '', answer.value] as const] : []));
  const refusal = answers.find((answer) => answer.status === 'rejected');
  if (given.length === 0 && refusal !== undefined) throw refusal.reason;
  return Object.fromEntries(given);
}

function isAsking(result: object): result is Asking {
  return 'questions' in result;
}
