import { join } from 'node:path';

export const echoServerFile = join(import.meta.dirname, 'echo-server.ts');

/** How much one Countersign has to look after. */
export interface Scale {
  /** Each with an upstream process of its own. */
  readonly connections: number;
  /** Listed by all connections together, at least one by each. */
  readonly tools: number;
  /** Of the organization, in Cedar. */
  readonly policies: number;
  /** Each with a token of its own. */
  readonly agents: number;
}

export const smallest: Scale = { connections: 1, tools: 10, policies: 1, agents: 1 };
export const largest: Scale = { connections: 50, tools: 5_000, policies: 200, agents: 64 };

/** The id of the first connection, whose tool is called. */
export const connectionId = 'echo';

/** One rule allows the echo; the others look where real ones do, and are about other services. */
export function organizationPolicy(count: number): string {
  const others = Array.from(
    { length: count - 1 },
    (_, index) => `@id("rule-${index}") @title("Rule ${index}")
forbid (principal == Agent::"agent-${index}", action, resource in Connection::"connection-${index}")
when { context.args has amount && context.args.amount > ${index} };`,
  );
  return [`@id("echo") @title("Saying it back is allowed")\npermit (principal, action == Action::"invokeTool", resource == Tool::"${connectionId}/echo");`, ...others].join('\n');
}
