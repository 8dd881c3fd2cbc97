import { z } from 'zod';

/** How an authorization server knows this app. */
const keptClient = z.object({
  /** `named`: by the person or the organization. `document`: by the address of its metadata. `registered`: by itself (RFC 7591). */
  kind: z.enum(['named', 'document', 'registered']),
  /** The one authorization server that may be told of it. */
  issuer: z.string(),
  id: z.string(),
  secret: z.string().nullable(),
  /** `token_endpoint_auth_method` that came with the registration. */
  method: z.string().nullable(),
  /** Where a registration lets the browser come back to, port included. */
  redirectUri: z.string().nullable(),
  /** When the secret ends; null: never. */
  secretUntil: z.number().nullable(),
});
export type KeptClient = z.infer<typeof keptClient>;

/** What the person granted, and all that is needed to use, renew and revoke it without asking the service anew. */
const keptGrant = z.object({
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
  /** Null: the server did not say. */
  expiresAt: z.number().nullable(),
  /** Scopes with spaces between them; null: never named. */
  scope: z.string().nullable(),
  issuer: z.string(),
  tokenEndpoint: z.string(),
  revocationEndpoint: z.string().nullable(),
  authenticationMethods: z.array(z.string()),
  /** The `resource` of RFC 8707; null: the server does not know it. */
  resource: z.string().nullable(),
  /** Who signed in, as the server calls them. */
  account: z.string().nullable(),
  signedInAt: z.number(),
});
export type KeptGrant = z.infer<typeof keptGrant>;

/** The one credential of a connection with a sign-in, as it is sealed. */
export const keptSignIn = z.object({
  client: keptClient.nullable(),
  grant: keptGrant.nullable(),
  /** Where the service said that its own metadata is (RFC 9728, section 5.1). */
  metadataUrl: z.string().nullable(),
  /** Set while the person has to sign in: for the first time, again, or to grant more. */
  wanted: z
    .object({
      /** What the refusal named. */
      scope: z.string().nullable(),
      /** What was granted before; it is not to be lost. */
      granted: z.string().nullable(),
    })
    .nullable(),
});
export type KeptSignIn = z.infer<typeof keptSignIn>;

export const nothingKept: KeptSignIn = { client: null, grant: null, metadataUrl: null, wanted: null };

/** What is not one of ours counts as nothing. */
export function readKept(text: string): KeptSignIn {
  try {
    return keptSignIn.catch(nothingKept).parse(JSON.parse(text));
  } catch {
    return nothingKept;
  }
}

/** The parts of a kept sign-in that must never be seen. */
export function secretsIn({ client, grant }: KeptSignIn): readonly string[] {
  return [client?.secret, grant?.accessToken, grant?.refreshToken].filter((secret) => typeof secret === 'string');
}
