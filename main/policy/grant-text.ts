import { assertNever } from '../model/assert-never.ts';
import { onceFacts, type Grant, type GrantScope } from '../model/grant.ts';
import { resourceType, toolEntityId } from './cedar-request.ts';
import { quote } from './cedar-text.ts';

const prefix = 'grant:';

/** The `@id` of a grant's policy. */
export function grantPolicyId(id: string): string {
  return `${prefix}${id}`;
}

/** The grant's own id of such an `@id`; null for any other. */
export function grantOfPolicy(id: string): string | null {
  return id.startsWith(prefix) ? id.slice(prefix.length) : null;
}

/**
 * The Cedar text of a standing answer: one permit for one Claw, one tool and what the scope says, within its time. A condition
 * looks at a fact only where it is there, so that none can err; what lacks a fact is outside.
 */
export function grantText({ id, agent, connection, actionKind, name, scope, from, until }: Grant): string {
  const conditions = [
    'context has risk && context.risk == "normal"',
    `context.time.epochSeconds >= ${Math.floor(from / 1000)} && context.time.epochSeconds < ${Math.floor(until / 1000)}`,
    '!(context.facts has secrets)',
    ...conditionsOf(scope),
  ];
  return [
    `@id(${quote(grantPolicyId(id))})`,
    ...(scope.kind === 'once' ? ['@title("You allowed this once")', '@reason("You allowed it for the next time, after a question that nobody answered.")'] : ['@title("Your standing answer")', '@reason("You allowed this for a while.")']),
    `permit (principal == Agent::${quote(agent)}, action == Action::${quote(actionKind)}, resource == ${resourceType(actionKind)}::${quote(toolEntityId(connection, name))})`,
    `when { ${conditions.join(' && ')} };`,
  ].join('\n');
}

function conditionsOf(scope: GrantScope): readonly string[] {
  switch (scope.kind) {
    case 'same':
      return ['["read", "send", "change"].contains(context.facts.effect)', `context has digest && context.digest == ${quote(scope.digest)}`];
    case 'once':
      return [
        `context.facts.effect == ${quote(scope.effect)} && ["read", "send", "change"].contains(context.facts.effect)`,
        `context has digest && context.digest == ${quote(scope.digest)}`,
        ...onceFacts.map((name) => exactly(name, scope.facts[name])),
      ];
    case 'recipients':
      return [
        'context.facts.effect == "send"',
        'context.facts has recipientAddresses && !context.facts.recipientAddresses.isEmpty()',
        `[${scope.addresses.map(quote).join(', ')}].containsAll(context.facts.recipientAddresses)`,
        'context.facts has attachments && context.facts.attachments.isEmpty()',
      ];
    case 'resources':
      return [
        `context.facts.effect == ${quote(scope.effect)} && ["read", "send", "change"].contains(context.facts.effect)`,
        within('resources', scope.resources),
        within('paths', scope.paths),
        '!(context.facts has recipients) && !(context.facts has recipientAddresses)',
        '(!(context.facts has attachments) || context.facts.attachments.isEmpty())',
      ];
    case 'reading':
      return ['context.facts.effect == "read"'];
    case 'uri':
      return ['context.facts.effect == "read"', `context.facts has uri && context.facts.uri == ${quote(scope.uri)}`];
    case 'place':
      return ['context.facts.effect == "connect"', `context.facts has host && context.facts.host == ${quote(scope.host)}`, `context.facts has port && context.facts.port == ${scope.port}`];
    default:
      return assertNever(scope);
  }
}

/** The fact is this and nothing else; not there where it was not. A list is a set to Cedar. */
function exactly(name: string, value: string | number | readonly string[] | undefined): string {
  if (value === undefined) return `!(context.facts has ${name})`;
  const literal = typeof value === 'string' ? quote(value) : typeof value === 'number' ? String(value) : `[${value.map(quote).join(', ')}]`;
  return `context.facts has ${name} && context.facts.${name} == ${literal}`;
}

/** The action names some of these and no other; none of them where the list is empty. */
function within(fact: 'resources' | 'paths', names: readonly string[]): string {
  if (names.length === 0) return `!(context.facts has ${fact})`;
  return `context.facts has ${fact} && !context.facts.${fact}.isEmpty() && [${names.map(quote).join(', ')}].containsAll(context.facts.${fact})`;
}
