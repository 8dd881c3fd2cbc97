import { assertNever } from '../model/assert-never.ts';
import { readHostPattern, type HostPattern } from '../model/host-pattern.ts';
import { quote } from './cedar-text.ts';

/** Where Claws' own code may and may not lead. Each entry as `readHostPattern` reads it. */
export interface HostLists {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
}

export const noHosts: HostLists = { allow: [], deny: [] };

/** Whose lists they are, for what the person and the Claw are told. */
type Owner = 'company' | 'person';

const titles = {
  company: { allow: 'Your company allows this place', deny: 'Your company refuses this place' },
  person: { allow: 'You allowed this place', deny: 'You refused this place' },
} as const;

/** The `@id` of the rule for one entry. */
export function hostRuleId(answer: 'allow' | 'deny', entry: string): string {
  return `host:${answer}:${entry.trim()}`;
}

/**
 * The lists as Cedar text, a policy an entry. An entry that cannot be read allows nothing; in a list of what is refused it
 * refuses every place, because nobody knows which one was meant.
 */
export function hostRules(lists: HostLists, owner: Owner): readonly string[] {
  return [...lists.deny.map((entry) => hostRule('deny', entry, owner)), ...lists.allow.map((entry) => hostRule('allow', entry, owner))];
}

function hostRule(answer: 'allow' | 'deny', entry: string, owner: Owner): string {
  const read = readHostPattern(entry);
  const effect = answer === 'deny' || !read.ok ? 'forbid' : 'permit';
  const reason = read.ok ? titles[owner][answer] : `The list of places holds “${entry.trim()}”, which is none.`;
  const condition = read.ok ? hostCondition(read.pattern) : answer === 'deny' ? 'true' : 'false';
  return [
    `@id(${quote(hostRuleId(answer, entry))})`,
    `@title(${quote(titles[owner][answer])})`,
    `@reason(${quote(reason)})`,
    `${effect} (principal, action == Action::"connect", resource)`,
    `when { ${condition} };`,
  ].join('\n');
}

/**
 * The pattern as a condition in Cedar, over the facts of a `connect` action: `host` (a name in ASCII form, lower case, or an
 * address), `address` (there where the host is one) and `port`. It looks at a fact only where it is there, so it cannot err.
 */
export function hostCondition({ target, port }: HostPattern): string {
  const conditions = ['context.facts has host && context.facts has port'];
  if (port !== null) conditions.push(`context.facts.port == ${port}`);
  if (target.kind === 'network') conditions.push('context.facts has address', `ip(context.facts.address).isInRange(ip(${quote(target.cidr)}))`);
  if (target.kind === 'name') conditions.push('!(context.facts has address)', nameCondition(target.name, target.below));
  return conditions.join(' && ');
}

/** A name holds letters, digits, dots and dashes alone, so it can stand in a pattern as it is; `*` there is any text, dots too. */
function nameCondition(name: string, below: 'none' | 'one label' | 'any depth'): string {
  const [onceBelow, twiceBelow] = [`context.facts.host like "*.${name}"`, `context.facts.host like "*.*.${name}"`];
  switch (below) {
    case 'none':
      return `context.facts.host == ${quote(name)}`;
    case 'one label':
      return `${onceBelow} && !(${twiceBelow})`;
    case 'any depth':
      return onceBelow;
    default:
      return assertNever(below);
  }
}
