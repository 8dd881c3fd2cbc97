import {
  ProtocolError,
  ProtocolErrorCode,
  Server,
  SUPPORTED_PROTOCOL_VERSIONS,
  type AuthInfo,
  type CallToolRequest,
  type CallToolResult,
  type ServerContext,
  type Tool,
} from '@modelcontextprotocol/server';
import { actionId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import type { Clock } from '../model/clock.ts';
import { silence } from '../model/conversation.ts';
import type { Dispose } from '../model/disposable.ts';
import type { JsonObject } from '../model/json.ts';
import type { Caller, Catalog, CatalogTool } from './catalog.ts';
import { depthLimit, isDeeperThan } from './json-depth.ts';
import { hasOutputSchema, listedTool, waitTool } from './listed-tool.ts';
import { indexByName } from './tool-names.ts';
import { failure, toToolResult, waitToolName } from './tool-result.ts';

export interface McpServerParts {
  readonly gate: Gate;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly version: string;
}

/** Milliseconds between progress notifications while a person is being asked. */
const progressInterval = 10_000;

const instructions =
  'These tools act for a person through Countersign. Some calls wait for the person to approve them. ' +
  `If an answer says "Waiting for approval", call ${waitToolName} with the action id it names instead of sending the request again. ` +
  'If an answer says that something was refused, it was not done: do not look for another way around.';

/**
 * One MCP server for one agent: a request, a session or a socket, in either protocol era. Tools alone; everything an
 * agent calls goes through the gate. (MCP 2026-07-28 and 2025-11-25, tools.)
 */
export function createMcpServer(parts: McpServerParts, bound: Caller): Server {
  const server = new Server(
    { name: 'countersign', title: 'Countersign', version: parts.version },
    { capabilities: { tools: { listChanged: true } }, instructions, supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS] },
  );
  server.setRequestHandler('tools/list', async (_request, context) => {
    try {
      return { tools: await listTools(parts, callerOf(context.http?.authInfo) ?? bound) };
    } catch (error) {
      throw withoutDetails(error);
    }
  });
  server.setRequestHandler('tools/call', async (request, context) => {
    const stopProgress = sendProgress(parts.clock, context);
    try {
      return await callTool(parts, callerOf(context.http?.authInfo) ?? bound, request.params, context.mcpReq.signal);
    } catch (error) {
      throw withoutDetails(error);
    } finally {
      stopProgress();
    }
  });
  return server;
}

/** The caller as the SDK carries it from the HTTP door to a handler. The token itself stays at the door. */
export function authInfoOf(caller: Caller): AuthInfo {
  return { token: '', clientId: caller.agent, scopes: [], extra: { caller } };
}

export function callerOf(authInfo: AuthInfo | undefined): Caller | undefined {
  // Only `authInfoOf` puts something under this key; the SDK passes `extra` through untouched.
  return authInfo?.extra?.['caller'] as Caller | undefined;
}

/** Every tool in reach of this caller, hidden ones too, by the name it has here. */
async function reachableTools(parts: McpServerParts, caller: Caller): Promise<ReadonlyMap<string, CatalogTool>> {
  const tools = await parts.catalog.listTools(caller.agent);
  const { connections } = caller;
  return indexByName(connections === null ? tools : tools.filter(({ connection }) => connections.includes(connection)));
}

async function listTools(parts: McpServerParts, caller: Caller): Promise<Tool[]> {
  const tools = await reachableTools(parts, caller);
  return [...[...tools].filter(([, { isHidden }]) => !isHidden).map(([name, { tool }]) => listedTool(name, tool)), waitTool];
}

async function callTool(parts: McpServerParts, caller: Caller, params: CallToolRequest['params'], signal: AbortSignal): Promise<CallToolResult> {
  // The wire schema has checked that the arguments are a JSON object.
  const args = (params.arguments ?? {}) as JsonObject;
  if (params.name === waitToolName) return await waitForAction(parts, caller, args, signal);
  if (isDeeperThan(args, depthLimit)) {
    return failure(`The arguments are nested deeper than ${depthLimit} levels. Nothing was done.`, { outcome: 'rejected', reason: 'invalid_arguments' });
  }
  const found = (await reachableTools(parts, caller)).get(params.name);
  if (found === undefined) throw unknownTool(params.name);
  const { connection, name, tool } = found;
  const answer = await parts.gate.perform({ kind: 'invokeTool', agent: caller.agent, connection, name, arguments: args, signal, conversation: silence });
  return toToolResult(answer, hasOutputSchema(tool));
}

async function waitForAction(parts: McpServerParts, caller: Caller, args: JsonObject, signal: AbortSignal): Promise<CallToolResult> {
  const action = actionId.safeParse(args['action']);
  if (!action.success) return failure('"action" must be the action id from a waiting answer. Nothing was done.', { outcome: 'rejected', reason: 'invalid_arguments' });
  const answer = await parts.gate.wait(caller.agent, action.data, signal);
  if (answer === undefined) {
    return failure('There is no such action of yours, or its result was already given. Nothing was done by this call.', { outcome: 'rejected', reason: 'unknown_action' });
  }
  return toToolResult(answer, false);
}

/** A bug of ours reaches no agent with its text: that may hold a path or worse. */
function withoutDetails(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  return new ProtocolError(ProtocolErrorCode.InternalError, 'Countersign had an internal error. It is not certain what was done; ask the person to look at Activity.');
}

function unknownTool(name: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool "${name.slice(0, 80)}" here. Nothing was done. List the tools again.`);
}

/** Tells a client that asked for progress that its call is alive, so that it does not time out while a person decides. */
function sendProgress(clock: Clock, context: ServerContext): Dispose {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return nothing;
  let progress = 0;
  let stop: Dispose = nothing;
  const schedule = (): void => {
    stop = clock.after(progressInterval, () => {
      progress += 1;
      const message = 'Waiting: the person may still have to answer.';
      // A client that went away takes no progress; its request is aborted elsewhere.
      context.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, message } }).catch(nothing);
      schedule();
    });
  };
  schedule();
  return () => stop();
}

function nothing(): void {}
