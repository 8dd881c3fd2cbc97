import type { ConnectionId } from '../../preload/contract.ts';
import { quote } from './cedar-text.ts';
import { toolEntityId } from './cedar-request.ts';

/**
 * What the person chose for one tool. `rule` is a `ToolRule`; a stored value that is none of them is kept and counts as
 * "never" until the person chooses again.
 */
export interface PersonalRule {
  readonly connection: string;
  readonly tool: string;
  readonly rule: string;
  readonly createdAt: number;
}

export type PersonalRules = readonly PersonalRule[];

/** The id under which `Policy.list` shows a person's rule. */
export function personalRuleId(rule: { readonly connection: ConnectionId | string; readonly tool: string }): string {
  return `personal:${toolEntityId(rule.connection, rule.tool)}`;
}

/** False for a value that the app never wrote: damage, or a newer version's word. */
export function isKnownRule(rule: string): rule is 'allow' | 'ask' | 'never' {
  return rule === 'allow' || rule === 'ask' || rule === 'never';
}

/** The Cedar text of a person's rule. Whatever the names hold, it is one policy for that one tool. */
export function personalRuleText(rule: PersonalRule): string {
  const id = quote(personalRuleId(rule));
  const scope = `(principal, action in [Action::"invokeTool", Action::"runCommand"], resource == Tool::${quote(toolEntityId(rule.connection, rule.tool))});`;
  switch (rule.rule) {
    case 'allow':
      return `@id(${id})\n@title("You allow this")\npermit ${scope}`;
    case 'ask':
      return `@id(${id})\n@title("You want to be asked")\n@requireApproval("You chose to be asked about this.")\npermit ${scope}`;
    case 'never':
      return `@id(${id})\n@title("You never allow this")\n@reason("You chose never to allow this.")\nforbid ${scope}`;
    default:
      return `@id(${id})\n@title("A rule of yours cannot be read")\n@reason("Nothing passes it until you choose again under Connections.")\nforbid ${scope}`;
  }
}
