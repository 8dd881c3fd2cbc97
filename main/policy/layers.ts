import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';
import { grantId, type GrantId } from '../../preload/contract.ts';
import type { Decision } from '../model/action.ts';
import type { SigningNeed } from '../model/signing.ts';
import { parsePolicies, type ParsedPolicy } from './cedar-engine.ts';
import { grantOfPolicy } from './grant-text.ts';
import { scopeOf, type Scope } from './scope.ts';
import { seesNothing, sightOf, type Sight } from './sight.ts';
import { readSigning } from './signing.ts';

export type LayerName = Decision['layer'];

/** Strongest first. */
export const layerNames = ['organization', 'personal', 'built-in'] as const satisfies readonly LayerName[];

/** One policy with what its annotations and its scope say. */
export interface NamedPolicy {
  readonly layer: LayerName;
  /** Its key in Cedar's policy map: unique, ours. */
  readonly key: string;
  /** Its `@id`, or its place in the text. */
  readonly id: string;
  readonly answer: 'allow' | 'ask' | 'deny';
  readonly title: string | null;
  readonly reason: string | null;
  /** What a yes takes beside the button; null: nothing. */
  readonly signing: SigningNeed | null;
  readonly text: string;
  /** It carries an `@id` and its scope names one tool with `==`: somebody meant exactly this tool. */
  readonly namesOneTool: boolean;
  /** The standing answer it stands for; null for a rule. */
  readonly grant: GrantId | null;
  /** Its conditions never look at `context`: it says the same whatever the arguments, the facts and the time are. */
  readonly isIndependentOfContext: boolean;
  readonly scope: Scope;
  readonly sight: Sight;
}

export type Layer =
  | { readonly ok: true; readonly policies: readonly NamedPolicy[] }
  /** `annotation`: the policy, and which of its annotations is wrong; absent where the text is no Cedar. */
  | { readonly ok: false; readonly why: string; readonly line: number | null; readonly annotation?: { readonly policy: string; readonly should: string } };

/**
 * Reads one layer's Cedar text. Annotations: `@id`, `@title`, `@reason`, `@requireApproval` (on a permit: ask), and those of
 * `readSigning` (on a permit: ask, and more than a click).
 */
export function readLayer(layer: LayerName, text: string): Layer {
  const parsed = parsePolicies(text);
  if (!parsed.ok) return parsed;
  const policies: NamedPolicy[] = [];
  for (const [index, policy] of parsed.policies.entries()) {
    const named = namePolicy(layer, policy, index);
    if ('wrong' in named) return { ok: false, why: `${named.id}: ${named.wrong}`, line: null, annotation: { policy: named.id, should: named.wrong } };
    policies.push(named);
  }
  return { ok: true, policies };
}

function namePolicy(layer: LayerName, { text, json }: ParsedPolicy, index: number): NamedPolicy | { readonly id: string; readonly wrong: string } {
  const annotations = new Map<string, string | null>(Object.entries(json.annotations ?? {}));
  const approval = annotations.get('requireApproval');
  const id = filled(annotations.get('id'));
  const read = readSigning(annotations, json.effect === 'permit');
  if ('wrong' in read) return { id: id ?? `rule ${index + 1}`, wrong: read.wrong };
  const { signing } = read;
  const sight = sightOf(json);
  return {
    layer,
    key: `${layer}:${index}`,
    id: id ?? `rule ${index + 1}`,
    answer: json.effect === 'forbid' ? 'deny' : approval === undefined && signing === null ? 'allow' : 'ask',
    title: filled(annotations.get('title')),
    reason: filled(annotations.get('reason')) ?? filled(approval) ?? filled(annotations.get('requireReauth')),
    signing,
    text,
    grant: layer === 'personal' && id !== null ? readGrantId(id) : null,
    namesOneTool: id !== null && hasToolScope(json),
    isIndependentOfContext: seesNothing(sight.context),
    scope: scopeOf(json),
    sight,
  };
}

function readGrantId(id: string): GrantId | null {
  const read = grantId.safeParse(grantOfPolicy(id));
  return read.success ? read.data : null;
}

/** An annotation without a value (`@requireApproval` alone) has none to show. */
function filled(value: string | null | undefined): string | null {
  return value === null || value === undefined || value.trim() === '' ? null : value.trim();
}

function hasToolScope(json: PolicyJson): boolean {
  if (json.resource.op !== '==' || !('entity' in json.resource)) return false;
  const { entity } = json.resource;
  return ('__entity' in entity ? entity.__entity : entity).type === 'Tool';
}
