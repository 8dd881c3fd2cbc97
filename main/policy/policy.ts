import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentId, ConnectionId, Effect, Message, Rule, RulesProfile, ToolRule } from '../../preload/contract.ts';
import type { ActionKind, Decision } from '../model/action.ts';
import type { Grant } from '../model/grant.ts';
import type { Evaluation } from './cedar-engine.ts';
import { contextOf, type PolicyQuestion } from './cedar-request.ts';
import { combine, type Findings } from './combine.ts';
import { Evaluator } from './evaluator.ts';
import { grantText } from './grant-text.ts';
import { hostRules, noHosts, type HostLists } from './host-rules.ts';
import { readLayer, type Layer, type NamedPolicy } from './layers.ts';
import { personalRuleText, type PersonalRules } from './personal-rules.ts';
import { listRules, organizationProblem } from './rule-list.ts';
import { noWatch, underWatch, type Watch } from './watch.ts';

/** The organization's Cedar text, from the managed settings, and whom a refused person may turn to. */
export interface OrganizationPolicy {
  readonly text: string;
  readonly contact: string | null;
}

export interface PolicyParts {
  readonly organization: OrganizationPolicy | null;
  readonly personal: PersonalRules;
  readonly profile: RulesProfile;
  /** Standing answers in force; with the person's rules in the personal layer. */
  readonly grants?: readonly Grant[];
  /** The person's lists of places; in the personal layer too. */
  readonly hosts?: HostLists;
  /** Where reading is watched instead of asked about. */
  readonly watch?: Watch;
}

export interface ToolQuestion {
  readonly agent: AgentId;
  readonly connection: ConnectionId;
  readonly name: string;
  readonly effect: Effect;
}

export interface ToolAnswer {
  readonly rule: ToolRule;
  /** The organization decided; the person cannot choose. */
  readonly isLocked: boolean;
  /** The person's own rule for this tool decided. */
  readonly isOwnChoice: boolean;
}

export interface Policy {
  /** Grows with every `update`: what was worked out under another revision may be answered otherwise now. */
  readonly revision: number;
  /** What the rules say of one action. Never throws; what cannot be evaluated is refused (docs/policy.md). */
  decide(question: PolicyQuestion): Decision;
  /** True only when the tool (or prompt, or resource: `kind`) is forbidden whatever its arguments are and whenever it is called: the agent need not see it. */
  isHidden(question: ToolQuestion & { readonly kind?: ActionKind }): boolean;
  /** What the rules say of a tool before any arguments are known. Without an agent: for a Claw no rule names. */
  toolRule(question: Omit<ToolQuestion, 'agent'> & { readonly agent?: AgentId; readonly kind?: ActionKind }): ToolAnswer;
  /** Every rule in force, organization first. `connectionName` puts a connection's own name into the person's rules. */
  list(connectionName?: (connection: string) => string): readonly Rule[];
  /** Rules that could not be read, in words for the person. */
  problems(): readonly Message[];
  /** Puts other rules in force, at once and as a whole. */
  update(parts: Partial<PolicyParts>): void;
}

/** Reads the built-in layer of a profile; throws when the app's own assets are missing or damaged. */
function readBuiltIn(assetsDir: string, profile: RulesProfile): readonly NamedPolicy[] {
  const layer = readLayer('built-in', readFileSync(join(assetsDir, 'policies', `${profile}.cedar`), 'utf8'));
  if (!layer.ok) throw new Error(`The built-in policy "${profile}" cannot be read: ${layer.why}`);
  return layer.policies;
}

function readOrganization(organization: OrganizationPolicy | null): Layer {
  return organization === null ? { ok: true, policies: [] } : readLayer('organization', organization.text);
}

/** One policy for each of the person's rules and standing answers. Their texts are ours, so a failure is a bug; it is refused, not ignored. */
function readPersonal({ personal, grants = [], hosts = noHosts }: Pick<PolicyParts, 'personal' | 'grants' | 'hosts'>): readonly NamedPolicy[] {
  const layer = readLayer('personal', [...personal.map(personalRuleText), ...grants.map(grantText), ...hostRules(hosts, 'person')].join('\n\n'));
  if (!layer.ok) throw new Error(`The person’s rules cannot be read: ${layer.why}`);
  return layer.policies;
}

/** A Claw that no rule can name: an agent's id never holds a space. */
// Branded, but only ever compared by Cedar: a value outside the brand is what keeps it from matching any agent.
export const anyAgent = 'any agent' as AgentId;

/**
 * The policy engine: Cedar text in three layers, parsed when it changes. Policies of all layers are evaluated together and told
 * apart by their keys: Cedar names every satisfied forbid, and every satisfied permit when there is none, which is all that
 * the combining rules need.
 *
 * @param options.assetsDir the folder that holds `policies/relaxed.cedar` and its siblings.
 * @param options.now milliseconds since the Unix epoch, for questions that are about now.
 */
export function createPolicy(options: PolicyParts & { readonly assetsDir: string; readonly now?: () => number }): Policy {
  const now = options.now ?? Date.now;
  const everything = new Evaluator();
  const hiding = new Evaluator();
  let revision = 0;
  let parts: PolicyParts = options;
  let organization = readOrganization(parts.organization);
  let personal = readPersonal(parts);
  let builtIn = readBuiltIn(options.assetsDir, parts.profile);
  let places = new Map<string, number>();
  let policies: readonly NamedPolicy[] = [];
  load();

  function load(): void {
    policies = [...(organization.ok ? organization.policies : []), ...personal, ...builtIn];
    places = new Map(policies.map((policy, index) => [policy.key, index]));
    const areLoaded = everything.load(policies) && hiding.load(policies.filter((policy) => policy.answer === 'deny' && policy.isIndependentOfContext));
    if (areLoaded) return;
    if (!organization.ok) throw new Error('Cedar does not take the app’s own policies.');
    // Each policy was read alone, all of them together were not: refuse everything, as for a text that cannot be read.
    organization = { ok: false, why: 'Cedar does not take the policies together', line: null };
    load();
  }

  /** Cedar's answer in our policies, in the order of the list. Null when it names one that is not there. */
  function findings(evaluation: Evaluation & { readonly ok: true }): Findings | null {
    const satisfied = evaluation.satisfied.map(place).sort(ascending).map(policyAt);
    const errored = evaluation.errored.map(({ id, kind }) => ({ at: place(id), kind })).sort((a, b) => ascending(a.at, b.at)).map(({ at, kind }) => ({ policy: policyAt(at), kind }));
    return satisfied.every(isDefined) && errored.every(hasPolicy) ? { satisfied, errored } : null;
  }

  const place = (key: string): number => places.get(key) ?? -1;
  const policyAt = (at: number): NamedPolicy | undefined => policies[at];

  function find(question: PolicyQuestion): { readonly ok: true; readonly findings: Findings } | { readonly ok: false; readonly decision: Decision } {
    if (!organization.ok) return { ok: false, decision: unreadableOrganization(parts.organization?.contact ?? null) };
    const slice = everything.sliceFor(question);
    const built = contextOf(question, slice.sight.context);
    if (!built.ok) return { ok: false, decision: built.why === 'no such time' ? uncheckable : refused(`The arguments are ${unreadable[built.why]}.`) };
    const evaluation = everything.evaluate(slice, question, built.context);
    const found = evaluation.ok ? findings(evaluation) : null;
    return found === null ? { ok: false, decision: uncheckable } : { ok: true, findings: found };
  }

  return {
    get revision() {
      return revision;
    },

    decide(question) {
      const found = find(question);
      if (!found.ok) return found.decision;
      return underWatch(combine(found.findings, [question.effect, question.facts.effect], question.facts.isInternalPlace), question, parts.watch ?? noWatch);
    },

    isHidden(question) {
      const who = { kind: 'invokeTool', ...question } as const;
      const evaluation = hiding.evaluate(hiding.sliceFor(who), who, {});
      return evaluation.ok && evaluation.satisfied.length > 0;
    },

    toolRule({ agent, connection, name, effect, kind = 'invokeTool' }) {
      const question: PolicyQuestion = {
        kind,
        agent: agent ?? anyAgent,
        connection,
        name,
        effect,
        arguments: {},
        facts: { effect, isReversible: false },
        at: now(),
      };
      const found = find(question);
      if (!found.ok) return { rule: 'never', isLocked: true, isOwnChoice: false };
      // Arguments are not known yet, so a policy that needs them has not spoken: it may turn out to ask or to refuse.
      const isOpen = found.findings.errored.length > 0;
      const { answer, layer } = combine({ satisfied: found.findings.satisfied, errored: [] }, [effect]);
      const rule = answer === 'deny' ? 'never' : isOpen ? 'ask' : answer;
      const isLocked = layer === 'organization' && answer !== 'allow';
      const isOwnChoice = !isLocked && parts.personal.some((own) => own.connection === connection && own.tool === name && own.rule === rule);
      return { rule, isLocked, isOwnChoice };
    },

    list: (connectionName = (connection) => connection) =>
      listRules(
        { organization, organizationText: parts.organization?.text ?? '', contact: parts.organization?.contact ?? null, personal: parts.personal, hosts: parts.hosts ?? noHosts, builtIn },
        connectionName,
      ),

    problems: () => (organization.ok ? [] : [organizationProblem(organization, parts.organization?.contact ?? null)]),

    update(changed) {
      const next = { ...parts, ...changed };
      // Read before anything is put in force, so that a failure leaves all of it as it was.
      const read = {
        organization: changed.organization === undefined ? organization : readOrganization(next.organization),
        personal: changed.personal === undefined && changed.grants === undefined && changed.hosts === undefined ? personal : readPersonal(next),
        builtIn: changed.profile === undefined ? builtIn : readBuiltIn(options.assetsDir, next.profile),
      };
      parts = next;
      ({ organization, personal, builtIn } = read);
      revision += 1;
      load();
    },
  };
}

const unreadable = {
  'too deep': 'nested too deeply to be checked',
  'too large': 'too large to be checked',
  'ambiguous keys': 'ambiguous',
  'not JSON': 'not readable',
} as const;

function refused(reason: string): Decision {
  return { answer: 'deny', layer: 'built-in', policies: [], title: 'What cannot be checked is refused', reason, errors: [reason] };
}

const uncheckable = refused('The rules could not be checked for these arguments.');

function unreadableOrganization(contact: string | null): Decision {
  return {
    answer: 'deny',
    layer: 'organization',
    policies: [],
    title: 'Company policy cannot be read',
    reason: `Everything is refused until it is mended.${contact === null ? '' : ` Contact ${contact}.`}`,
    errors: ['organization: the policy text cannot be read'],
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function hasPolicy(entry: { readonly policy: NamedPolicy | undefined; readonly kind: string }): entry is { readonly policy: NamedPolicy; readonly kind: string } {
  return entry.policy !== undefined;
}
