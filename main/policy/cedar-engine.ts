import {
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  statefulIsAuthorized,
  type CedarValueJson,
  type EntityJson,
  type PolicyJson,
  type TypeAndId,
} from '@cedar-policy/cedar-wasm/nodejs';
import { isNestedTooDeep } from './nesting.ts';

/** `context` and `entities` hold at least what the policies look at. */
export interface CedarRequest {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
}

/** What Cedar says of a request: ids of the policy map, not `@id`s. */
export type Evaluation =
  | { readonly ok: true; readonly satisfied: readonly string[]; readonly errored: readonly { readonly id: string; readonly kind: string }[] }
  | { readonly ok: false };

export interface ParsedPolicy {
  readonly text: string;
  readonly json: PolicyJson;
}

export type Parsed =
  | { readonly ok: true; readonly policies: readonly ParsedPolicy[] }
  /** `line` counts from 1; null when Cedar names no place. */
  | { readonly ok: false; readonly why: string; readonly line: number | null };

/** Reads Cedar text into its policies, in the order of the text. Templates are refused: nothing here could link them. */
export function parsePolicies(text: string): Parsed {
  try {
    return isNestedTooDeep(text) ? { ok: false, why: 'nested too deep', line: null } : parse(text);
  } catch {
    // Cedar's boundary gave up on this text; whoever relies on it must refuse.
    return { ok: false, why: 'Cedar could not read it', line: null };
  }
}

function parse(text: string): Parsed {
  const parts = policySetTextToParts(text.toWellFormed());
  if (parts.type === 'failure') {
    const [first] = parts.errors;
    return { ok: false, why: first?.message ?? 'not Cedar', line: lineOf(text, first?.sourceLocations?.[0]?.start) };
  }
  if (parts.policy_templates.length > 0) return { ok: false, why: 'templates are not supported', line: null };
  const policies: ParsedPolicy[] = [];
  for (const policyText of parts.policies) {
    const answer = policyToJson(policyText);
    if (answer.type === 'failure') return { ok: false, why: answer.errors[0]?.message ?? 'not Cedar', line: null };
    policies.push({ text: policyText, json: answer.json });
  }
  return { ok: true, policies: inTextOrder(text, policies) };
}

/** Cedar sorts the parts by id as text ("policy10" before "policy2"); people read them in the order they were written. */
function inTextOrder(text: string, policies: readonly ParsedPolicy[]): ParsedPolicy[] {
  return policies
    .map((policy) => ({ policy, at: text.indexOf(policy.text) }))
    .sort((a, b) => a.at - b.at)
    .map(({ policy }) => policy);
}

/** Cedar counts bytes of UTF-8; only line feeds are counted here, so that is what the text is cut by. */
function lineOf(text: string, start: number | undefined): number | null {
  if (start === undefined) return null;
  return Buffer.from(text, 'utf8').subarray(0, start).toString('utf8').split('\n').length;
}

let setsMade = 0;

/**
 * A set of policies that is parsed once and asked often. Cedar keeps parsed sets by name for the life of the process and
 * cannot drop one, so a set keeps its name and is loaded anew.
 */
export class PolicySet {
  readonly #name = `countersign-${++setsMade}`;

  /** Returns false, and keeps what it had, when Cedar does not take the policies. Never throws. */
  load(policies: ReadonlyMap<string, string>): boolean {
    try {
      return preparsePolicySet(this.#name, { staticPolicies: Object.fromEntries(policies) }).type === 'success';
    } catch {
      return false;
    }
  }

  /** Evaluates a request; `ok: false` when Cedar could not take the request as a whole. Never throws. */
  evaluate(request: CedarRequest): Evaluation {
    try {
      const answer = statefulIsAuthorized({ ...request, preparsedPolicySetId: this.#name });
      if (answer.type === 'failure') return { ok: false };
      const { reason, errors } = answer.response.diagnostics;
      return { ok: true, satisfied: reason, errored: errors.map(({ policyId, error }) => ({ id: policyId, kind: errorKind(error.message) })) };
    } catch {
      // Cedar's boundary throws for what its JSON reader rejects. The caller refuses the action.
      return { ok: false };
    }
  }
}

/** Cedar's messages may quote values of the arguments, so only their kind is kept. */
function errorKind(text: string): string {
  if (text.startsWith('type error')) return 'a value of another type';
  if (text.includes('does not have the attribute')) return 'a value that is not there';
  if (text.includes('overflow')) return 'a number that is too large';
  return 'a condition that cannot be evaluated';
}
