import type { EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { AgentId, ConnectionId, Effect } from '../../preload/contract.ts';
import type { ActionKind, Facts } from '../model/action.ts';
import { assertNever } from '../model/assert-never.ts';
import type { JsonObject } from '../model/json.ts';
import type { CedarRequest } from './cedar-engine.ts';
import { toCedarRecord, type Unreadable } from './cedar-value.ts';

/** Everything a decision is made of. `at`: milliseconds since the Unix epoch. */
export interface PolicyQuestion {
  readonly kind: ActionKind;
  readonly agent: AgentId;
  readonly connection: ConnectionId;
  readonly name: string;
  readonly effect: Effect;
  readonly arguments: JsonObject;
  readonly facts: Facts;
  readonly at: number;
}

export type RequestAnswer = { readonly ok: true; readonly request: CedarRequest } | { readonly ok: false; readonly why: Unreadable };

/** The Cedar id of a tool. Unambiguous: a connection's id holds no slash. */
export function toolEntityId(connection: string, name: string): string {
  return `${connection}/${name}`.toWellFormed();
}

/**
 * The request for Cedar, as `docs/policy.md` describes it; refused when arguments or facts cannot be turned into values.
 *
 * @param areArgumentsNeeded false leaves `context.args` empty, after the same checks: long texts cost Cedar more than the
 *   evaluation itself.
 */
export function buildRequest(question: PolicyQuestion, areArgumentsNeeded = true): RequestAnswer {
  const args = toCedarRecord(question.arguments);
  if (!args.ok) return args;
  const facts = toCedarRecord(question.facts);
  if (!facts.ok) return facts;
  const context = { args: areArgumentsNeeded ? args.value : {}, facts: facts.value, time: timeOf(question.at) };
  return { ok: true, request: { ...who(question), context } };
}

/** The same request with nothing in its context: for policies that do not look there. */
export function buildBareRequest(question: Pick<PolicyQuestion, 'kind' | 'agent' | 'connection' | 'name' | 'effect'>): CedarRequest {
  return { ...who(question), context: {} };
}

function who({ kind, agent, connection, name, effect }: Pick<PolicyQuestion, 'kind' | 'agent' | 'connection' | 'name' | 'effect'>): Omit<CedarRequest, 'context'> {
  const resource: TypeAndId = { type: resourceType(kind), id: toolEntityId(connection, name) };
  const parent: TypeAndId = { type: 'Connection', id: connection };
  const entities: EntityJson[] = [
    { uid: resource, attrs: { name: name.toWellFormed(), effect }, parents: [parent] },
    { uid: parent, attrs: {}, parents: [] },
  ];
  return { principal: { type: 'Agent', id: agent }, action: { type: 'Action', id: kind }, resource, entities };
}

function resourceType(kind: ActionKind): string {
  switch (kind) {
    case 'invokeTool':
      return 'Tool';
    case 'readResource':
      return 'Resource';
    case 'getPrompt':
      return 'Prompt';
    case 'runCommand':
      return 'Command';
    case 'connect':
      return 'Host';
    case 'useCredential':
      return 'Credential';
    default:
      return assertNever(kind);
  }
}

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;

/** Local time of this computer: office hours are meant in the person's own. */
function timeOf(at: number): { hour: number; minute: number; weekday: string; epochSeconds: number } {
  const date = new Date(at);
  return {
    hour: date.getHours(),
    minute: date.getMinutes(),
    weekday: weekdays[date.getDay()] ?? 'unknown',
    epochSeconds: Math.floor(at / 1000),
  };
}
