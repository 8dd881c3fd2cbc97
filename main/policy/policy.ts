import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentId, ConnectionId, Effect, Message, Rule, RulesProfile, ToolRule } from '../../preload/contract.ts';
import type { ActionKind, Decision } from '../model/action.ts';
import { PolicySet, type Evaluation } from './cedar-engine.ts';
import { buildBareRequest, buildRequest, type PolicyQuestion } from './cedar-request.ts';
import { combine, type Findings } from './combine.ts';
import { readLayer, type Layer, type NamedPolicy } from './layers.ts';
import { personalRuleText, type PersonalRules } from './personal-rules.ts';
import { listRules, organizationProblem } from './rule-list.ts';

/** The organization's Cedar text, from the managed settings, and whom a refused person may turn to. */
export interface OrganizationPolicy {
  readonly text: string;
  readonly contact: string | null;
}

export interface PolicyParts {
  readonly organization: OrganizationPolicy | null;
  readonly personal: PersonalRules;
  readonly profile: RulesProfile;
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
  /** What the rules say of one action. Never throws; what cannot be evaluated is refused (docs/policy.md). */
  decide(question: PolicyQuestion): Decision;
  /** True only when the tool (or prompt, or resource: `kind`) is forbidden whatever its arguments are and whenever it is called: the agent need not see it. */
  isHidden(question: ToolQuestion & { readonly kind?: ActionKind }): boolean;
  /** What the rules say of a tool before any arguments are known. Without an agent: for a Claw no rule names. */
  toolRule(question: Omit<ToolQuestion, 'agent'> & { readonly agent?: AgentId }): ToolAnswer;
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

/** One policy for each of the person's rules. Their texts are ours, so a failure is a bug; it is refused, not ignored. */
function readPersonal(rules: PersonalRules): readonly NamedPolicy[] {
  const layer = readLayer('personal', rules.map(personalRuleText).join('\n\n'));
  if (!layer.ok) throw new Error(`The person’s rules cannot be read: ${layer.why}`);
  return layer.policies;
}

/** A Claw that no rule can name: an agent's id never holds a space. */
const anyAgent = 'any agent';

/**
 * The policy engine: Cedar text in three layers, parsed when it changes, evaluated in one call for each action. Policies of
 * all layers are evaluated together and told apart by their keys: Cedar names every satisfied forbid, and every satisfied
 * permit when there is none, which is all that the combining rules need.
 *
 * @param options.assetsDir the folder that holds `policies/relaxed.cedar` and its siblings.
 * @param options.now milliseconds since the Unix epoch, for questions that are about now.
 */
export function createPolicy(options: PolicyParts & { readonly assetsDir: string; readonly now?: () => number }): Policy {
  const now = options.now ?? Date.now;
  const everything = new PolicySet();
  const hiding = new PolicySet();
  let parts: PolicyParts = options;
  let organization = readOrganization(parts.organization);
  let personal = readPersonal(parts.personal);
  let builtIn = readBuiltIn(options.assetsDir, parts.profile);
  let byKey = new Map<string, NamedPolicy>();
  let places = new Map<string, number>();
  let areArgumentsNeeded = true;
  load();

  function load(): void {
    const policies = [...(organization.ok ? organization.policies : []), ...personal, ...builtIn];
    byKey = new Map(policies.map((policy) => [policy.key, policy]));
    places = new Map(policies.map((policy, index) => [policy.key, index]));
    areArgumentsNeeded = policies.some((policy) => policy.looksAtArguments);
    const hides = policies.filter((policy) => policy.answer === 'deny' && policy.isIndependentOfContext);
    const areLoaded = everything.load(textsByKey(policies)) && hiding.load(textsByKey(hides));
    if (areLoaded) return;
    if (!organization.ok) throw new Error('Cedar does not take the app’s own policies.');
    // Each policy was read alone, all of them together were not: refuse everything, as for a text that cannot be read.
    organization = { ok: false, why: 'Cedar does not take the policies together', line: null };
    load();
  }

  function findings(evaluation: Evaluation & { readonly ok: true }): Findings | null {
    const satisfied = evaluation.satisfied.map((key) => byKey.get(key));
    const errored = evaluation.errored.map(({ id, kind }) => ({ policy: byKey.get(id), kind }));
    const known = { satisfied: satisfied.filter(isDefined).sort((a, b) => place(a) - place(b)), errored: errored.filter(hasPolicy) };
    return known.satisfied.length === satisfied.length && known.errored.length === errored.length ? known : null;
  }

  const place = ({ key }: NamedPolicy): number => places.get(key) ?? 0;

  function find(question: PolicyQuestion): { readonly ok: true; readonly findings: Findings } | { readonly ok: false; readonly decision: Decision } {
    if (!organization.ok) return { ok: false, decision: unreadableOrganization(parts.organization?.contact ?? null) };
    const built = buildRequest(question, areArgumentsNeeded);
    if (!built.ok) return { ok: false, decision: refused(`The arguments are ${unreadable[built.why]}.`) };
    const evaluation = everything.evaluate(built.request);
    const found = evaluation.ok ? findings(evaluation) : null;
    return found === null ? { ok: false, decision: refused('The rules could not be checked for these arguments.') } : { ok: true, findings: found };
  }

  return {
    decide(question) {
      const found = find(question);
      return found.ok ? combine(found.findings, [question.effect, question.facts.effect]) : found.decision;
    },

    isHidden(question) {
      const evaluation = hiding.evaluate(buildBareRequest({ kind: 'invokeTool', ...question }));
      return evaluation.ok && evaluation.satisfied.length > 0;
    },

    toolRule({ agent, connection, name, effect }) {
      const question: PolicyQuestion = {
        kind: 'invokeTool',
        // Branded, but only ever compared by Cedar: a value outside the brand is what keeps it from matching any agent.
        agent: agent ?? (anyAgent as AgentId),
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
        { organization, organizationText: parts.organization?.text ?? '', contact: parts.organization?.contact ?? null, personal: parts.personal, builtIn },
        connectionName,
      ),

    problems: () => (organization.ok ? [] : [organizationProblem(organization, parts.organization?.contact ?? null)]),

    update(changed) {
      parts = { ...parts, ...changed };
      if (changed.organization !== undefined) organization = readOrganization(parts.organization);
      if (changed.personal !== undefined) personal = readPersonal(parts.personal);
      if (changed.profile !== undefined) builtIn = readBuiltIn(options.assetsDir, parts.profile);
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

function textsByKey(policies: readonly NamedPolicy[]): Map<string, string> {
  return new Map(policies.map((policy) => [policy.key, policy.text]));
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}

function hasPolicy(entry: { readonly policy: NamedPolicy | undefined; readonly kind: string }): entry is { readonly policy: NamedPolicy; readonly kind: string } {
  return entry.policy !== undefined;
}
