import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { Decision } from '../../main/model/action.ts';
import { PolicySet, type CedarRequest } from '../../main/policy/cedar-engine.ts';
import type { PolicyQuestion } from '../../main/policy/cedar-request.ts';
import { toCedarRecord } from '../../main/policy/cedar-value.ts';
import { combine } from '../../main/policy/combine.ts';
import { readLayer, type Layer, type NamedPolicy } from '../../main/policy/layers.ts';
import { personalRuleText } from '../../main/policy/personal-rules.ts';
import type { PolicyParts } from '../../main/policy/policy.ts';
import { assetsDir } from './questions.ts';

/** What one question is answered by evaluating everything: every policy, the whole context, each time anew. */
export interface PlainAnswer {
  /** Null when the request cannot be evaluated at all. */
  readonly decision: Decision | null;
  readonly isHidden: boolean;
}

const types = { invokeTool: 'Tool', readResource: 'Resource',
  watchResource: 'Resource',
  complete: 'Completion', getPrompt: 'Prompt', runCommand: 'Tool', connect: 'Host', useCredential: 'Credential' } as const;
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const [everything, hiding] = [new PolicySet(), new PolicySet()];

/** The policy engine without anything that makes it fast. One at a time: all of them share two sets. */
export function plainPolicy({ organization, personal, profile }: PolicyParts): (question: PolicyQuestion) => PlainAnswer {
  const layers = [
    readLayer('organization', organization?.text ?? ''),
    readLayer('personal', personal.map(personalRuleText).join('\n')),
    readLayer('built-in', readFileSync(join(assetsDir, 'policies', `${profile}.cedar`), 'utf8')),
  ];
  const policies = layers.flatMap(policiesOf);
  const places = new Map(policies.map(({ key }, place) => [key, place]));
  const hides = policies.filter(({ answer, text }) => answer === 'deny' && !text.includes('context'));
  if (!everything.load(textsOf(policies)) || !hiding.load(textsOf(hides))) throw new Error('Cedar does not take the policies of this test.');
  return (question) => {
    // Cedar throws for these ids and dates (see the test). Each throw costs some of its stack, too few for a property's thousands.
    if (!isReadable(question)) return { decision: null, isHidden: false };
    const bare = hiding.evaluate({ ...whoOf(question), context: {} });
    return { decision: decide(question, policies, places), isHidden: bare.ok && bare.satisfied.length > 0 };
  };
}

/** Whether ids are well-formed and the date is one: what Cedar's reader needs. */
function isReadable({ agent, connection, at }: PolicyQuestion): boolean {
  return agent.isWellFormed() && connection.isWellFormed() && !Number.isNaN(new Date(at).getTime());
}

function decide(question: PolicyQuestion, policies: readonly NamedPolicy[], places: ReadonlyMap<string, number>): Decision | null {
  const context = contextOf(question);
  const evaluation = context === null ? null : everything.evaluate({ ...whoOf(question), context });
  if (evaluation === null || !evaluation.ok) return null;
  const placeOf = (key: string): number => places.get(key)!;
  const satisfied = evaluation.satisfied.map(placeOf).sort((a, b) => a - b).map((place) => policies[place]!);
  const errored = evaluation.errored.map(({ id, kind }) => ({ place: placeOf(id), kind })).sort((a, b) => a.place - b.place);
  return combine({ satisfied, errored: errored.map(({ place, kind }) => ({ policy: policies[place]!, kind })) }, [question.effect, question.facts.effect]);
}

function contextOf({ arguments: given, facts: known, at }: PolicyQuestion): Record<string, CedarValueJson> | null {
  const [args, facts] = [toCedarRecord(given), toCedarRecord(known)];
  const date = new Date(at);
  const time = { hour: date.getHours(), minute: date.getMinutes(), weekday: weekdays[date.getDay()] ?? 'unknown', epochSeconds: Math.floor(at / 1000) };
  return args.ok && facts.ok ? { args: args.value, facts: facts.value, time } : null;
}

function whoOf({ kind, agent, connection, name, effect }: PolicyQuestion): Omit<CedarRequest, 'context'> {
  const [resource, parent] = [{ type: types[kind], id: `${connection}/${name}`.toWellFormed() }, { type: 'Connection', id: connection }];
  const entities = [
    { uid: resource, attrs: { name: name.toWellFormed(), effect }, parents: [parent] },
    { uid: parent, attrs: {}, parents: [] },
  ];
  return { principal: { type: 'Agent', id: agent }, action: { type: 'Action', id: kind }, resource, entities };
}

function policiesOf(layer: Layer): readonly NamedPolicy[] {
  if (!layer.ok) throw new Error(layer.why);
  return layer.policies;
}

function textsOf(policies: readonly NamedPolicy[]): Map<string, string> {
  return new Map(policies.map(({ key, text }) => [key, text]));
}
