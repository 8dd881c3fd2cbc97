import type { RulesProfile } from '../preload/contract.ts';

/** The person's own rules, as far as they may forbid or ask. */
export interface OwnRules {
  readonly profile: RulesProfile;
  /** Connections where reading is watched instead of asked about; `*`: every one. */
  readonly watched: readonly string[];
  readonly tools: readonly { readonly connection: string; readonly tool: string; readonly rule: string }[];
}

const profileRank: { readonly [P in RulesProfile]: number } = { relaxed: 0, balanced: 1, strict: 2 };
const ruleRank = new Map([['allow', 0], ['ask', 1], ['never', 2]]);
/** What nobody understands refuses. */
const strictest = 3;

/**
 * Whether a Claw may do less by the second rules than by the first, or it cannot be told: a stricter profile, a stricter
 * choice for a tool, a choice taken back that allowed something, or reading that is asked about again instead of watched.
 */
export function mayNarrow(before: OwnRules, after: OwnRules): boolean {
  if (profileRank[after.profile] > profileRank[before.profile]) return true;
  if (before.watched.some((id) => !after.watched.includes('*') && !after.watched.includes(id))) return true;
  const [earlier, now] = [byTool(before), byTool(after)];
  return [...new Set([...earlier.keys(), ...now.keys()])].some((tool) => {
    const [was, is] = [earlier.get(tool), now.get(tool)];
    if (was === undefined) return is !== 0;
    return is === undefined ? was < 2 : is > was;
  });
}

function byTool({ tools }: OwnRules): ReadonlyMap<string, number> {
  return new Map(tools.map(({ connection, tool, rule }) => [`${connection}\0${tool}`, ruleRank.get(rule) ?? strictest]));
}

/** Whether one that may use only these connections (null: every one) may use less than before. */
export function usesLess(before: readonly string[] | null, after: readonly string[] | null): boolean {
  if (after === null) return false;
  return before === null || before.some((connection) => !after.includes(connection));
}
