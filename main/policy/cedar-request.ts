import type { CedarValueJson, EntityJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { AgentId, ConnectionId, Digest, Effect } from '../../preload/contract.ts';
import type { ActionKind, Facts, Risk } from '../model/action.ts';
import { assertNever } from '../model/assert-never.ts';
import type { JsonObject } from '../model/json.ts';
import { toCedarRecord, type Unreadable } from './cedar-value.ts';
import type { Subject } from './scope.ts';
import { wholeView, type View } from './sight.ts';

/** Who wants to do what, before anything is known of the arguments. */
export interface Who {
  readonly kind: ActionKind;
  readonly agent: AgentId;
  readonly connection: ConnectionId;
  readonly name: string;
  readonly effect: Effect;
}

/** Everything a decision is made of. `at`: milliseconds since the Unix epoch. */
export interface PolicyQuestion extends Who {
  readonly arguments: JsonObject;
  readonly facts: Facts;
  readonly at: number;
  /** Of the frozen action, and how much is at stake; absent where there is no action yet, or it is past. */
  readonly digest?: Digest;
  readonly risk?: Risk | null;
}

export type ContextAnswer =
  | { readonly ok: true; readonly context: Record<string, CedarValueJson> }
  | { readonly ok: false; readonly why: Unreadable | 'no such time' };

/** The Cedar id of a tool. Unambiguous: a connection's id holds no slash. */
export function toolEntityId(connection: string, name: string): string {
  return `${connection}/${name}`.toWellFormed();
}

/**
 * The context for Cedar, as `docs/policy.md` describes it; refused when arguments or facts cannot be turned into values.
 *
 * @param view the part of the context that will be looked at; the rest is checked all the same, and left out.
 */
export function contextOf(question: PolicyQuestion, view: View = wholeView): ContextAnswer {
  const [args, facts, time] = [within(view, 'args'), within(view, 'facts'), within(view, 'time')];
  const argsRecord = toCedarRecord(question.arguments, args ?? nothing);
  if (!argsRecord.ok) return argsRecord;
  const factsRecord = toCedarRecord(question.facts, facts ?? nothing);
  if (!factsRecord.ok) return factsRecord;
  if (!(Math.abs(question.at) <= latestDate)) return { ok: false, why: 'no such time' };
  const context: Record<string, CedarValueJson> = {};
  if (args !== null) context['args'] = argsRecord.value;
  if (facts !== null) context['facts'] = factsRecord.value;
  if (within(view, 'digest') !== null && question.digest !== undefined) context['digest'] = question.digest;
  const risk = within(view, 'risk') === null ? null : (question.risk ?? null);
  if (risk !== null) context['risk'] = risk;
  if (time !== null) context['time'] = timeOf(question.at, time);
  return { ok: true, context };
}

const nothing: View = { isWhole: false, members: new Map() };
/** Milliseconds from the epoch to the last date that JavaScript knows (ECMA-262, 21.4.1.1); Cedar could not be told of others. */
const latestDate = 8.64e15;

/** What is looked at of a member; null: nothing, not even whether it is there. */
function within(view: View, name: string): View | null {
  return view.isWhole ? wholeView : (view.members.get(name) ?? null);
}

export function subjectOf({ kind, agent, connection, name }: Who): Subject {
  return {
    principal: { type: 'Agent', id: agent },
    action: { type: 'Action', id: kind },
    resource: { type: resourceType(kind), id: toolEntityId(connection, name) },
    connection: { type: 'Connection', id: connection },
  };
}

/** What Cedar is told of the resource. */
export function entitiesOf(who: Who): EntityJson[] {
  const { resource, connection } = subjectOf(who);
  return [
    { uid: resource, attrs: { name: who.name.toWellFormed(), effect: who.effect }, parents: [connection] },
    { uid: connection, attrs: {}, parents: [] },
  ];
}

export function resourceType(kind: ActionKind): string {
  switch (kind) {
    case 'invokeTool':
    case 'runCommand':
      return 'Tool';
    case 'readResource':
    case 'watchResource':
      return 'Resource';
    case 'getPrompt':
      return 'Prompt';
    case 'complete':
      return 'Completion';
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
function timeOf(at: number, view: View): Record<string, CedarValueJson> {
  const date = new Date(at);
  const time: Record<string, CedarValueJson> = {};
  if (within(view, 'hour') !== null) time['hour'] = date.getHours();
  if (within(view, 'minute') !== null) time['minute'] = date.getMinutes();
  if (within(view, 'weekday') !== null) time['weekday'] = weekdays[date.getDay()] ?? 'unknown';
  if (within(view, 'epochSeconds') !== null) time['epochSeconds'] = Math.floor(at / 1000);
  return time;
}
