import { ProtocolError, type Client, type JSONRPCRequest } from '@modelcontextprotocol/client';
import { InputRefusedError, type Conversation, type InputRequest } from '../model/conversation.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { Attribution, CallsInFlight } from './calls-in-flight.ts';
import { UnanswerableError } from './call-outcome.ts';

/** Questions of one service that may be open at once. */
const mostOpen = 16;

const methods: ReadonlySet<string> = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list']);
const unattributable = -32_001;

/**
 * Answers what a server of 2025-11-25 or before asks over the connection. A question is passed on only when it is certain
 * whose call it belongs to; any other is refused, so that one agent's roots can never widen a server for another, and its
 * user is never asked for something that another one does. What is asked while nothing is in flight, as a `roots/list`
 * during the start, is refused likewise.
 */
export function answerQuestions(client: Client, calls: CallsInFlight): void {
  let open = 0;
  // Without a handler of its own for a method the SDK hands the request over as it came.
  client.fallbackRequestHandler = async (request, context) => {
    const question = readQuestion(request);
    if (question === undefined) throw new ProtocolError(-32_601, 'Method not found');
    const asking = calls.attribute();
    if (asking === undefined) throw new ProtocolError(unattributable, 'It cannot be told which client this belongs to: ask while requests of one client alone are open.');
    if (open >= mostOpen) throw new ProtocolError(-32_603, 'Too many questions are open.');
    open += 1;
    const answered = calls.asked(asking.likeliest);
    try {
      return await askOne(question, asking, context.mcpReq.signal);
    } finally {
      answered();
      open -= 1;
    }
  };
}

async function askOne(question: InputRequest, { likeliest, all }: Attribution, signal: AbortSignal): Promise<Record<string, JsonValue>> {
  const resume = all.map(({ clock }) => clock.pause());
  const isOver = aborted(likeliest.over);
  try {
    const answers = await Promise.race([likeliest.conversation.ask({ question }), isOver, aborted(signal)]);
    if (answers === undefined || Array.isArray(answers)) throw new ProtocolError(unattributable, 'The request that this belongs to has ended.');
    return { ...answers['question'] };
  } catch (error) {
    if (error instanceof InputRefusedError) throw new ProtocolError(error.error.code, error.error.message, error.error.data);
    throw error;
  } finally {
    for (const end of resume) end();
  }
}

/**
 * Puts the questions of an `input_required` result (specification 2026-07-28, Multi Round-Trip Requests) to the client
 * whose request it answers. Undefined: it asks nothing.
 * @throws {InputRefusedError}
 * @throws {UnanswerableError} when it asks what the specification does not know.
 */
export async function answerInputRequests(requests: JsonValue | undefined, conversation: Conversation): Promise<JsonObject | undefined> {
  if (!isJsonObject(requests) || Object.keys(requests).length === 0) return undefined;
  const questions: Record<string, InputRequest> = {};
  for (const [key, request] of Object.entries(requests)) {
    const question = readQuestion(request);
    if (question === undefined || Object.keys(requests).length > mostOpen) throw new UnanswerableError('The service asks what cannot be answered.');
    Object.defineProperty(questions, key, { value: question, enumerable: true });
  }
  return conversation.ask(questions);
}

function readQuestion(request: JSONRPCRequest | JsonValue): InputRequest | undefined {
  // A request that the SDK read is JSON.
  const { method, params } = request as { readonly method?: JsonValue; readonly params?: JsonValue };
  if (!isMethod(method)) return undefined;
  return { method, params: isJsonObject(params) ? withoutToken(params) : {} };
}

function isMethod(method: JsonValue | undefined): method is InputRequest['method'] {
  return typeof method === 'string' && methods.has(method);
}

/** A progress token counts on this connection alone. */
function withoutToken(params: JsonObject): JsonObject {
  const meta = params['_meta'];
  if (!isJsonObject(meta) || !('progressToken' in meta)) return params;
  const { progressToken: _, ...others } = meta;
  return { ...params, _meta: others };
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
