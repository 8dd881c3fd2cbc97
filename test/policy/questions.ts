import { fileURLToPath } from 'node:url';
import { agentId, connectionId, type Effect } from '../../preload/contract.ts';
import type { PolicyQuestion } from '../../main/policy/cedar-request.ts';
import { createPolicy, type Policy, type PolicyParts } from '../../main/policy/policy.ts';

export const assetsDir = fileURLToPath(new URL('../../assets', import.meta.url));
export const marketing = agentId.parse('marketing');
export const mail = connectionId.parse('work-mail');

/** A policy with Balanced and nothing else, unless said otherwise. */
export function policyOf(parts: Partial<PolicyParts> & { readonly text?: string }): Policy {
  const { text, ...rest } = parts;
  return createPolicy({
    assetsDir,
    organization: text === undefined ? null : { text, contact: 'it@acme.example' },
    personal: [],
    profile: 'balanced',
    now: () => Date.UTC(2026, 5, 3, 12),
    ...rest,
  });
}

export function question(effect: Effect, changes: Partial<PolicyQuestion> = {}): PolicyQuestion {
  return {
    kind: 'invokeTool',
    agent: marketing,
    connection: mail,
    name: `${effect}_tool`,
    effect,
    arguments: {},
    facts: { effect, isReversible: false },
    at: Date.UTC(2026, 5, 3, 12),
    ...changes,
  };
}
