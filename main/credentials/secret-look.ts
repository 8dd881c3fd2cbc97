import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { secretKinds, type SecretKind, type SecretLook } from '../model/secret.ts';
import type { LiveSecrets } from './live-secrets.ts';
import { createScrubber, secretRemoved, type Scrubber } from './scrubber.ts';
import { findShapes, shapeOfField } from './secret-shapes.ts';

const deepest = 500;

/**
 * Looks for secrets in what agents send: the app's own, in every form the scrubber knows, and others by their shape.
 * Nothing is changed by it; what is done stays what was sent.
 */
export function createSecretLook(scrubber: Pick<Scrubber, 'holds'>, live: Pick<LiveSecrets, 'byOwner'>): SecretLook {
  return {
    find({ name, arguments: args }) {
      const kinds = new Set<SecretKind>();
      for (const { kind } of findShapes(name)) kinds.add(kind);
      collect(args, kinds, 0);
      const sent = { name, arguments: args };
      const owners = scrubber.holds(sent) ? ownersOf(sent, live) : [];
      if (owners.length > 0) kinds.add('own');
      return kinds.size === 0 ? undefined : { kinds: secretKinds.filter((kind) => kinds.has(kind)), owners };
    },
    // A masked value has the shape of the one it was made from: only text in it was replaced.
    mask: <T extends JsonObject>(value: T) => masked(value, 0) as T,
  };
}

function ownersOf(sent: JsonValue, live: Pick<LiveSecrets, 'byOwner'>): readonly string[] {
  return live.byOwner().flatMap(([id, secrets]) => (createScrubber(() => secrets).holds(sent) ? [id] : []));
}

function collect(value: JsonValue, kinds: Set<SecretKind>, depth: number): void {
  if (depth > deepest) return;
  if (typeof value === 'string') for (const { kind } of findShapes(value)) kinds.add(kind);
  if (typeof value !== 'object' || value === null) return;
  if (!isJsonObject(value)) return value.forEach((item) => collect(item, kinds, depth + 1));
  for (const [key, item] of Object.entries(value)) {
    const kind = typeof item === 'string' ? shapeOfField(key, item) : undefined;
    if (kind !== undefined) kinds.add(kind);
    for (const found of findShapes(key)) kinds.add(found.kind);
    collect(item, kinds, depth + 1);
  }
}

function masked(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return maskText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > deepest) return '[nested too deeply]';
  if (!isJsonObject(value)) return value.map((item) => masked(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      maskText(key),
      typeof item === 'string' && shapeOfField(key, item) !== undefined ? secretRemoved : masked(item, depth + 1),
    ]),
  );
}

/** The text with everything that has the shape of a secret replaced. */
export function maskText(text: string): string {
  let shown = '';
  let copied = 0;
  for (const { start, end } of findShapes(text)) {
    shown += text.slice(copied, start) + secretRemoved;
    copied = end;
  }
  return copied === 0 ? text : shown + text.slice(copied);
}
