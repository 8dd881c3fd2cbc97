import type { Message, Rule } from '../../preload/contract.ts';
import { disarm, disarmLine } from '../model/disarm.ts';
import { readHostPattern } from '../model/host-pattern.ts';
import { say } from '../model/say.ts';
import { hostRuleId, hostRules, type HostLists } from './host-rules.ts';
import type { Layer, NamedPolicy } from './layers.ts';
import { isKnownRule, personalRuleId, personalRuleText, type PersonalRule, type PersonalRules } from './personal-rules.ts';

export interface RuleSources {
  readonly organization: Layer;
  readonly organizationText: string;
  readonly contact: string | null;
  readonly personal: PersonalRules;
  readonly hosts: HostLists;
  readonly builtIn: readonly NamedPolicy[];
}

/** Every rule as a sentence, organization first, in the order they were written. */
export function listRules(sources: RuleSources, connectionName: (connection: string) => string): readonly Rule[] {
  return [...organizationRules(sources), ...sources.personal.map((rule) => personalRule(rule, connectionName)), ...personalHosts(sources.hosts), ...sources.builtIn.map(builtInRule)];
}

/** Why everything is refused, and whom to ask. */
export function organizationProblem(layer: Layer & { readonly ok: false }, contact: string | null): Message {
  if (layer.annotation !== undefined) return say('rules.problem.organizationAnnotation', { ...layer.annotation, contact: contact ?? 'none' });
  return say('rules.problem.organization', { line: layer.line ?? 0, contact: contact ?? 'none' });
}

function organizationRules({ organization, organizationText, contact }: RuleSources): readonly Rule[] {
  if (!organization.ok) {
    const sentence = say('rules.organization.unreadable');
    return [{ id: 'organization', layer: 'organization', sentence, answer: 'deny', cedar: organizationText, problem: organizationProblem(organization, contact) }];
  }
  return organization.policies.map((policy) => ({
    id: policy.key,
    layer: 'organization',
    sentence: policy.title === null ? say('rules.organization.untitled', { id: policy.id }) : say('rules.organization.titled', { title: policy.title }),
    answer: policy.answer,
    cedar: policy.text,
    problem: null,
  }));
}

function personalRule(rule: PersonalRule, connectionName: (connection: string) => string): Rule {
  const values = { tool: disarmLine(rule.tool), connection: disarmLine(connectionName(rule.connection)) };
  const isKnown = isKnownRule(rule.rule);
  return {
    id: personalRuleId(rule),
    layer: 'personal',
    sentence: say(`rules.personal.${isKnown ? rule.rule : 'unreadable'}`, values),
    answer: rule.rule === 'allow' || rule.rule === 'ask' ? rule.rule : 'deny',
    cedar: disarm(personalRuleText(rule)),
    problem: isKnown ? null : say('rules.problem.personal'),
  };
}

function personalHosts(hosts: HostLists): readonly Rule[] {
  return (['deny', 'allow'] as const).flatMap((answer) =>
    hosts[answer].map((entry): Rule => {
      const isReadable = readHostPattern(entry).ok;
      const [cedar = ''] = hostRules({ allow: [], deny: [], [answer]: [entry] }, 'person');
      return { id: hostRuleId(answer, entry), layer: 'personal', sentence: say(`rules.host.${answer}`, { host: disarmLine(entry) }), answer: isReadable ? answer : 'deny', cedar: disarm(cedar), problem: isReadable ? null : say('rules.problem.host') };
    }),
  );
}

function builtInRule(policy: NamedPolicy): Rule {
  return { id: policy.key, layer: 'built-in', sentence: say(`rules.builtIn.${policy.id}`), answer: policy.answer, cedar: policy.text, problem: null };
}
