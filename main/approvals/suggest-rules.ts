import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AnsweredQuestion, AnsweredQuestions } from '../model/answered-question.ts';
import { disarmLine } from '../model/disarm.ts';
import type { GrantOffer, GrantScope } from '../model/grant.ts';
import { say } from '../model/say.ts';
import { possibleOffers } from './grant-offers.ts';
import type { Grantee } from './grants.ts';

/** A narrow rule that a person's own answers speak for. */
export interface Suggestion {
  /** The same for the same rule, also after a restart. */
  readonly key: string;
  readonly grantee: Grantee;
  readonly offer: GrantOffer;
  /** The approvals it comes from, newest first. */
  readonly answers: readonly [AnsweredQuestion, ...AnsweredQuestion[]];
}

/** Milliseconds of answers that are looked at: a refusal in them speaks against a rule. */
export const lookBackMs = 7 * 24 * 3_600_000;
/** So many answers speak for a rule. */
const enoughApprovals = 5;
const mostUses = 200;
const mostReadings = 1000;
/** Narrowest first. What allows a whole tool, or a place, is no rule that answers speak for. */
const kinds = ['same', 'uri', 'resources', 'recipients'] as const satisfies readonly GrantScope['kind'][];
type NarrowScope = GrantScope & { readonly kind: (typeof kinds)[number] };

/**
 * The rules that the answers of the last seven days speak for, the one with the most of them first. Each covers at least five
 * approvals of one Claw with one tool under one scope, as their cards offered it, and nothing that overlaps with what was refused
 * meanwhile. Pure.
 *
 * @param now milliseconds since the Unix epoch.
 */
export function suggestRules({ questions, isWhole }: AnsweredQuestions, now: number): readonly Suggestion[] {
  if (!isWhole) return [];
  const recent = questions.filter(({ answeredAt }) => answeredAt >= now - lookBackMs);
  const refusals = recent.filter(({ answer }) => answer === 'refused');
  const groups = new Map<string, { readonly scope: NarrowScope; readonly answers: AnsweredQuestion[] }>();
  for (const question of recent.filter(({ answer, answeredAt }) => answer === 'plain' && answeredAt <= now)) {
    for (const scope of scopesOf(question)) {
      const key = keyOf(question, scope);
      const group = groups.get(key) ?? { scope, answers: [] };
      group.answers.push(question);
      groups.set(key, group);
    }
  }
  return [...groups].flatMap(([key, { scope, answers }]) => {
    const [newest, ...others] = answers.toSorted((a, b) => b.answeredAt - a.answeredAt);
    const isRefused = newest === undefined || refusals.some((refusal) => isOfSameTool(refusal, newest) && overlaps(scope, refusal));
    if (isRefused || answers.length < enoughApprovals) return [];
    return { key, grantee: granteeOf(newest), offer: toOffer(newest, scope), answers: [newest, ...others] as const };
  }).toSorted((a, b) => b.answers.length - a.answers.length || rank(a) - rank(b) || b.answers[0].answeredAt - a.answers[0].answeredAt);
}

function rank({ offer: { scope } }: Suggestion): number {
  return (kinds as readonly string[]).indexOf(scope.kind);
}

/** What a standing answer of its card would have covered, as far as that is narrow; lists in one order. */
function scopesOf({ actionKind: kind, tool: name, digest, facts: [facts], offered }: AnsweredQuestion): readonly NarrowScope[] {
  return possibleOffers({ kind, name, digest }, facts, 'normal').flatMap(({ scope }) => (isNarrow(scope) && offered.includes(scope.kind) ? inOrder(scope) : []));
}

function isNarrow(scope: GrantScope): scope is NarrowScope {
  return (kinds as readonly string[]).includes(scope.kind);
}

function inOrder(scope: NarrowScope): NarrowScope {
  if (scope.kind === 'recipients') return { ...scope, addresses: sorted(scope.addresses) };
  return scope.kind === 'resources' ? { ...scope, resources: sorted(scope.resources), paths: sorted(scope.paths) } : scope;
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted((a, b) => (a < b ? -1 : 1));
}

function granteeOf({ agent, connection, actionKind: kind, tool: name }: AnsweredQuestion): Grantee {
  return { agent, connection, kind, name };
}

function keyOf(question: AnsweredQuestion, scope: NarrowScope): string {
  return hash('sha256', canonicalize({ ...granteeOf(question), scope }) ?? '', 'hex');
}

function isOfSameTool(one: AnsweredQuestion, other: AnsweredQuestion): boolean {
  return one.agent === other.agent && one.connection === other.connection && one.actionKind === other.actionKind && one.tool === other.tool;
}

/** Whether what was refused names anything that the scope allows: more than what the scope would have let through. */
function overlaps(scope: NarrowScope, refusal: AnsweredQuestion): boolean {
  return refusal.facts.some(({ recipientAddresses = [], resources = [], paths = [], uri }) => {
    switch (scope.kind) {
      case 'same':
        return refusal.digest === scope.digest;
      case 'uri':
        return uri === scope.uri;
      case 'recipients':
        return recipientAddresses.some((address) => scope.addresses.includes(address));
      case 'resources':
        return resources.some((name) => scope.resources.includes(name)) || paths.some((path) => scope.paths.includes(path));
    }
  });
}

function toOffer({ tool, facts: [facts] }: AnsweredQuestion, scope: NarrowScope): GrantOffer {
  const uses = facts.effect === 'read' ? mostReadings : mostUses;
  return { id: scope.kind, scope, sentence: say(`grant.rule.${scope.kind}`, { effect: facts.effect, ...whatOf(tool, facts, scope) }), lasts: 'fortnight', uses };
}

/** What the scope allows, for the person. */
function whatOf(tool: string, { subject, query, resources = [], paths = [] }: AnsweredQuestion['facts'][0], scope: NarrowScope): { readonly what: string; readonly about?: string; readonly hasAbout?: 'yes' | 'no' } {
  switch (scope.kind) {
    case 'same': {
      const about = subject ?? query ?? resources[0] ?? paths[0] ?? '';
      return { what: disarmLine(tool), about: disarmLine(about.slice(0, 200)), hasAbout: about === '' ? 'no' : 'yes' };
    }
    case 'uri':
      return { what: disarmLine(scope.uri) };
    case 'recipients':
      return { what: scope.addresses.map(disarmLine).join(', ') };
    case 'resources':
      return { what: [...scope.resources, ...scope.paths].map(disarmLine).join(', ') };
  }
}
