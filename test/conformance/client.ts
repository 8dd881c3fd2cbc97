/**
 * `node client.ts SERVER_URL`: our upstream client under the suite, which names the scenario in `MCP_CONFORMANCE_SCENARIO`
 * and gives what it needs to know in `MCP_CONFORMANCE_CONTEXT`. Lists and uses all that the server offers, as a Claw would
 * through the broker; a scenario needs no code of its own.
 */
import { z } from 'zod';
import { actionId, agentId } from '../../preload/contract.ts';
import { openHttpUpstream } from '../../main/connections/http-upstream.ts';
import { silence, type Conversation, type InputRequest } from '../../main/model/conversation.ts';
import type { JsonObject, JsonValue } from '../../main/model/json.ts';
import type { Upstream, UpstreamAnswer, UpstreamCall, UpstreamTool } from '../../main/model/upstream.ts';
import { SelfSignIn } from './sign-in.ts';

const json: z.ZodType<JsonObject> = z.record(z.string(), z.json());
const contextSchema = z.object({
  toolCalls: z.array(z.object({ name: z.string(), arguments: json })).default([]),
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
});

const url = process.argv[2] ?? '';
const context = contextSchema.parse(JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}'));
const isAuth = process.env['MCP_CONFORMANCE_SCENARIO']?.startsWith('auth/') ?? false;
const signIn = new SelfSignIn(url, context.client_id === undefined ? null : { id: context.client_id, secret: context.client_secret ?? null });

/** A Claw whose user accepts every form as it is filled in already, and a few words from its model. */
const conversation: Conversation = {
  ...silence,
  capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
  ask: (questions) => Promise.resolve(Object.fromEntries(Object.entries(questions).map(([key, question]) => [key, answer(question)]))),
};

function answer({ method, params }: InputRequest): JsonObject {
  if (method === 'roots/list') return { roots: [] };
  if (method === 'sampling/createMessage') return { role: 'assistant', model: 'test', content: { type: 'text', text: 'Yes.' } };
  const fields = z.object({ requestedSchema: z.object({ properties: z.record(z.string(), z.object({ type: z.string(), default: z.json().optional() })) }) }).parse(params);
  const filled = Object.entries(fields.requestedSchema.properties).map(([name, field]) => [name, field.default ?? sample(field.type)]);
  return { action: 'accept', content: Object.fromEntries(filled) };
}

function sample(type: unknown): JsonValue {
  switch (type) {
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    default:
      return 'word';
  }
}

/** Values for what a tool cannot do without. */
function argumentsFor({ inputSchema }: UpstreamTool): JsonObject {
  const { properties, required } = z.object({ properties: z.record(z.string(), z.object({ type: z.unknown().optional() })).default({}), required: z.array(z.string()).default([]) }).parse(inputSchema);
  return Object.fromEntries(required.map((name) => [name, sample(properties[name]?.type)]));
}

function call(name: string, args: JsonObject): UpstreamCall {
  return { action: actionId.parse(crypto.randomUUID()), agent: agentId.parse('conformance'), name, arguments: args, materials: [], signal: AbortSignal.timeout(20_000), conversation };
}

/** Does it again after each sign-in that it led to, as a Claw does that was told to wait for one. */
async function withSignIn<T>(work: () => Promise<T>, isDone: (result: T) => boolean = () => true): Promise<T> {
  try {
    const result = await work();
    if (isDone(result) || !(await signIn.signInIfNeeded())) return result;
  } catch (error) {
    if (!(await signIn.signInIfNeeded())) throw error;
  }
  return withSignIn(work, isDone);
}

const isResult = (result: UpstreamAnswer): boolean => result.kind === 'result';

async function useEverything(upstream: Upstream): Promise<void> {
  const tools = await withSignIn(() => upstream.listTools());
  const calls = context.toolCalls.length > 0 ? context.toolCalls : tools.map((tool) => ({ name: tool.name, arguments: argumentsFor(tool) }));
  for (const { name, arguments: args } of calls) {
    report(`tools/call ${name}`, await withSignIn(() => upstream.callTool(call(name, args)), isResult));
  }
  const { offers } = upstream;
  if (offers === undefined || isAuth) return;
  const [resource] = z.array(z.object({ uri: z.string() })).parse(await offers.listResources());
  if (resource !== undefined) report('resources/read', await offers.readResource(call(resource.uri, {})));
  const [prompt] = z.array(z.object({ name: z.string() })).parse(await offers.listPrompts());
  if (prompt !== undefined) report('prompts/get', await offers.getPrompt(call(prompt.name, {})));
}

function report(what: string, result: UpstreamAnswer): void {
  console.error(what, JSON.stringify(result));
}

// The suite ends only the shell it starts this with, so a hang would outlive it.
setTimeout(() => process.exit(3), 25_000).unref();

const upstream = await withSignIn(() => openHttpUpstream({ url }, isAuth ? { fetch: signIn.fetch } : {}));
await useEverything(upstream);
// Called again, now that the server may have changed its mind about who may sign in.
if (isAuth) await useEverything(upstream);
await upstream.close();
process.exit();
