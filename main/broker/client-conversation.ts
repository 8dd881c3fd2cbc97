import { isSpecType } from '@modelcontextprotocol/server';
import { InputRefusedError, logLevels, type InputRequest, type LogLevel } from '../model/conversation.ts';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import { missingCapability } from './json-rpc.ts';

/** Keys of `_meta` that the protocol itself owns; everything else passes through (MCP 2026-07-28, "General fields"). */
const ownPrefix = 'io.modelcontextprotocol/';

/** The trace context and vendor keys of a request's `_meta`. */
export function passedMeta(params: JsonObject): JsonObject {
  const meta = params['_meta'];
  if (!isJsonObject(meta)) return {};
  return Object.fromEntries(Object.entries(meta).filter(([key]) => key !== 'progressToken' && !key.startsWith(ownPrefix)));
}

export function progressTokenOf(params: JsonObject): string | number | undefined {
  const meta = params['_meta'];
  const token = isJsonObject(meta) ? meta['progressToken'] : undefined;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}

export function readLogLevel(value: unknown): LogLevel | null {
  return logLevels.find((level) => level === value) ?? null;
}

/** A message is wanted when it is at least as severe as the level asked for. One without a known level is. */
export function isSevereEnough(message: JsonObject, wanted: LogLevel | null): boolean {
  if (wanted === null) return false;
  const level = readLogLevel(message['level']);
  return level === null || logLevels.indexOf(level) >= logLevels.indexOf(wanted);
}

/**
 * Refuses a question that the client did not say it can answer (MCP: servers send none for capabilities that were not
 * declared). Rejects with -32021 and the capabilities that are missing.
 */
export function requireCapability(request: InputRequest, capabilities: JsonObject): void {
  const missing = missingFor(request, capabilities);
  if (missing === undefined) return;
  throw new InputRefusedError({
    code: missingCapability,
    message: 'The client of this agent cannot answer what the service asks.',
    data: { requiredCapabilities: missing },
  });
}

function missingFor({ method, params }: InputRequest, capabilities: JsonObject): JsonObject | undefined {
  switch (method) {
    case 'roots/list':
      return isJsonObject(capabilities['roots']) ? undefined : { roots: {} };
    case 'sampling/createMessage': {
      const { sampling } = capabilities;
      if (!isJsonObject(sampling)) return { sampling: {} };
      return params['tools'] !== undefined && !isJsonObject(sampling['tools']) ? { sampling: { tools: {} } } : undefined;
    }
    case 'elicitation/create': {
      const { elicitation } = capabilities;
      if (!isJsonObject(elicitation)) return { elicitation: {} };
      if (params['mode'] === 'url') return isJsonObject(elicitation['url']) ? undefined : { elicitation: { url: {} } };
      // Without modes it is the form of before 2025-11-25.
      return isJsonObject(elicitation['form']) || !isJsonObject(elicitation['url']) ? undefined : { elicitation: { form: {} } };
    }
  }
}

/** Whether a client's answer has the shape that the question asks for. */
export function isAnswerTo({ method }: InputRequest, answer: unknown): answer is JsonObject {
  switch (method) {
    case 'roots/list':
      return isSpecType.ListRootsResult(answer);
    case 'sampling/createMessage':
      return isSpecType.CreateMessageResult(answer) || isSpecType.CreateMessageResultWithTools(answer);
    case 'elicitation/create':
      return isSpecType.ElicitResult(answer);
  }
}
