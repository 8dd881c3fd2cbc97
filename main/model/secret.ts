import type { JsonObject } from './json.ts';

/**
 * What kind of secret a text seems to hold. `own`: one that this app keeps; the others by their shape.
 * `named`: something called a password, token or key.
 */
export const secretKinds = ['own', 'claw', 'private_key', 'aws', 'azure', 'github', 'gitlab', 'google', 'model', 'slack', 'stripe', 'package', 'mail', 'jwt', 'address', 'header', 'named'] as const;
export type SecretKind = (typeof secretKinds)[number];

/** Secrets in what an agent sends. */
export interface SecretsFound {
  /** Each once, `own` first. */
  readonly kinds: readonly SecretKind[];
  /** The ids of the credentials that the `own` ones belong to. */
  readonly owners: readonly string[];
}

/** Looks through what an agent sends. */
export interface SecretLook {
  /** Undefined when there is nothing that looks like a secret. */
  find(sent: { readonly name: string; readonly arguments: JsonObject }): SecretsFound | undefined;
  /** The same value with everything that looks like a secret masked. */
  mask<T extends JsonObject>(value: T): T;
}
