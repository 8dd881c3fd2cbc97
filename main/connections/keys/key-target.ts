import type { SignInConfig } from '../../../preload/contract.ts';
import type { Connection } from '../connection.ts';
import { remoteConfig } from '../sign-in-config.ts';

export type KeyConfig = Exclude<SignInConfig, { readonly kind: 'oauth' }>;
export type CertificateConfig = Extract<KeyConfig, { readonly kind: 'certificate' }>;
/** Those whose key goes out with each request. */
export type SentKeyConfig = Exclude<KeyConfig, CertificateConfig>;

/** A service that a connection signs in to with a key of its own. */
export interface KeyTarget<C extends KeyConfig> {
  /** Scheme, host and port: the one place that the key is sent to. */
  readonly origin: string;
  /** What the kept key is bound to: never to be taken for a credential of another kind, or of another origin. */
  readonly boundTo: string;
  /** The service, as a person may be shown it. */
  readonly host: string;
  readonly config: C;
}

export type AnyKeyTarget = KeyTarget<SentKeyConfig> | KeyTarget<CertificateConfig>;

/** How a connection signs in with a key; undefined for one that signs in in another way, or not at all. */
export function keyTargetOf({ kind, config }: Pick<Connection, 'kind' | 'config'>): AnyKeyTarget | undefined {
  const parsed = kind === 'remote' ? remoteConfig.safeParse(config) : undefined;
  if (parsed?.success !== true) return undefined;
  const { signIn, url } = parsed.data;
  if (signIn === undefined || signIn.kind === 'oauth') return undefined;
  const { origin, host } = new URL(url);
  const place = { origin, boundTo: `${signIn.kind}+${origin}`, host };
  return signIn.kind === 'certificate' ? { ...place, config: signIn } : { ...place, config: signIn };
}

export function isCertificate(target: AnyKeyTarget): target is KeyTarget<CertificateConfig> {
  return target.config.kind === 'certificate';
}

/** Whether the text can be sent as it is: in a header visible characters and spaces (RFC 9110, section 5.5), else no control characters. */
export function isUsableKey(key: string, { kind }: KeyConfig): boolean {
  return kind === 'header' ? /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key) : /^\P{Cc}+$/u.test(key) && key.isWellFormed();
}
