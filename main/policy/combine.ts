import type { Effect } from '../../preload/contract.ts';
import type { Decision } from '../model/action.ts';
import { assertNever } from '../model/assert-never.ts';
import { layerNames, type LayerName, type NamedPolicy } from './layers.ts';
import { strictest } from './signing.ts';

/** What Cedar found, told in our policies. */
export interface Findings {
  readonly satisfied: readonly NamedPolicy[];
  readonly errored: readonly { readonly policy: NamedPolicy; readonly kind: string }[];
}

/**
 * The rules by which layers become one decision. Pure.
 *
 * 1. Any forbid wins, the organization's first; a forbid that could not be evaluated is a forbid.
 * 2. The organization's ask stays ask. Its allow stands unless the person asks for a question.
 * 3. Where the organization is silent the person speaks, then the built-in layer. A permit that could not be evaluated asks.
 *    Of what the person said, a standing answer comes before a choice to be asked: it is the later and the narrower word.
 * 4. Where nobody speaks: ask.
 * 5. Payments and deletions ask, unless an organization's permit with an `@id` names this very tool.
 * 6. A place on this computer, on the company's own network or the like is refused, unless a rule allows it: nobody is asked.
 * 7. What any layer's permits want signed is signed, the strictest of it: no layer loosens another, and no standing answer covers it.
 *
 * @param effects the tool's own effect and the one taken from the exact arguments; either may be the graver one.
 */
export function combine(findings: Findings, effects: readonly Effect[], isInternalPlace = false): Decision {
  const errors = findings.errored.map(({ policy, kind }) => `${policy.layer}, ${policy.id}: ${kind}`);
  const decision = decideAmong(findings, effects);
  return { ...withSigning(isInternalPlace && decision.answer === 'ask' ? internalPlace : decision, findings), errors };
}

/** A permit that could not be evaluated counts as one that was satisfied. */
function withSigning(decision: Undetailed, { satisfied, errored }: Findings): Undetailed {
  const failed = errored.map(({ policy }) => policy);
  const wanting = [...satisfied, ...failed].filter(({ signing }) => signing !== null);
  const signing = strictest(wanting.map((policy) => policy.signing));
  if (signing === null || decision.answer === 'deny') return decision;
  if (decision.answer === 'ask') return { ...decision, signing };
  const layer = layerNames.find((name) => wanting.some((policy) => policy.layer === name)) ?? 'built-in';
  return { ...tell('ask', layer, wanting.filter((policy) => policy.layer === layer), failed), signing };
}

type Undetailed = Omit<Decision, 'errors'>;

function decideAmong({ satisfied, errored }: Findings, effects: readonly Effect[]): Undetailed {
  const failed = errored.map(({ policy }) => policy);
  for (const layer of layerNames) {
    const forbids = [...satisfied, ...failed].filter((policy) => policy.layer === layer && policy.answer === 'deny');
    if (forbids.length > 0) return tell('deny', layer, forbids, failed);
  }
  const spoken = new Map(layerNames.map((layer) => [layer, speak(layer, satisfied, failed)]));
  const answer = choose(spoken);
  if (answer.answer !== 'allow' || !isAlwaysAsked(effects)) return answer;
  if (answer.layer === 'organization' && satisfied.some(isNamedPermit)) return answer;
  const builtIn = spoken.get('built-in');
  return builtIn?.answer === 'ask' ? builtIn : alwaysAsked;
}

function choose(spoken: ReadonlyMap<LayerName, Undetailed | null>): Undetailed {
  const organization = spoken.get('organization') ?? null;
  const personal = spoken.get('personal') ?? null;
  if (organization?.answer === 'ask') return organization;
  if (organization !== null) return personal?.answer === 'ask' ? personal : organization;
  return personal ?? spoken.get('built-in') ?? nobodySpoke;
}

/** What the permits of one layer say; null when it is silent. Ask wins over allow. */
function speak(layer: LayerName, satisfied: readonly NamedPolicy[], failed: readonly NamedPolicy[]): Undetailed | null {
  const own = (policy: NamedPolicy): boolean => policy.layer === layer && policy.answer !== 'deny';
  const grant = satisfied.find((policy) => own(policy) && policy.grant !== null);
  if (grant !== undefined && grant.grant !== null) return { ...tell('allow', layer, [grant], []), grant: grant.grant };
  const broken = failed.filter(own);
  const asks = satisfied.filter((policy) => own(policy) && policy.answer === 'ask');
  if (asks.length + broken.length > 0) return tell('ask', layer, [...asks, ...broken], failed);
  const allows = satisfied.filter(own);
  return allows.length > 0 ? tell('allow', layer, allows, failed) : null;
}

function tell(answer: Decision['answer'], layer: LayerName, policies: readonly NamedPolicy[], failed: readonly NamedPolicy[]): Undetailed {
  const working = policies.filter((policy) => !failed.includes(policy));
  const shown = working.length > 0 ? working : policies;
  const title = shown.find((policy) => policy.title !== null)?.title ?? fallbackTitle(layer, shown[0]?.id ?? '');
  const reasons = [...new Set(shown.map((policy) => policy.reason).filter((reason) => reason !== null))];
  const reason = working.length > 0 ? (reasons.length > 0 ? reasons.join(' ') : null) : brokenReason(answer);
  return { answer, layer, policies: policies.map((policy) => policy.id), title, reason };
}

function brokenReason(answer: Decision['answer']): string {
  return answer === 'deny' ? 'This rule could not be checked for this action, so it is refused.' : 'This rule could not be checked for this action, so you are asked.';
}

function fallbackTitle(layer: LayerName, id: string): string {
  switch (layer) {
    case 'organization':
      return `Company rule “${id}”`;
    case 'personal':
      return 'Your own rule';
    case 'built-in':
      return 'Built-in rule';
    default:
      return assertNever(layer);
  }
}

function isAlwaysAsked(effects: readonly Effect[]): boolean {
  return effects.includes('pay') || effects.includes('delete');
}

/** Satisfied, so the one tool it names is the one asked for. */
function isNamedPermit(policy: NamedPolicy): boolean {
  return policy.layer === 'organization' && policy.answer === 'allow' && policy.namesOneTool;
}

const alwaysAsked: Undetailed = {
  answer: 'ask',
  layer: 'built-in',
  policies: ['alwaysAsked'],
  title: 'Payments and deletions are always asked about',
  reason: 'You are asked before anything is paid or deleted.',
};

const internalPlace: Undetailed = {
  answer: 'deny',
  layer: 'built-in',
  policies: ['internalPlaces'],
  title: 'Places inside your own network are refused',
  reason: 'This place is on this computer or inside your own network. A Claw reaches it only where your list of places names it.',
};

const nobodySpoke: Undetailed = {
  answer: 'ask',
  layer: 'built-in',
  policies: [],
  title: 'No rule covers this yet',
  reason: 'No rule covers this, so you are asked.',
};
