import type { WebResponse } from '../model/web-exchange.ts';
import { jsonAnswer } from './answers.ts';
import { proofAlgorithms } from './proofs.ts';
import { resourcePath, type Resource } from './resources.ts';

export const resourceMetadataPath = '/.well-known/oauth-protected-resource';
export const serverMetadataPath = '/.well-known/oauth-authorization-server';
export const paths = { authorize: '/authorize', token: '/oauth/token', register: '/oauth/register', revoke: '/oauth/revoke' } as const;

export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';

/**
 * Protected resource metadata (RFC 9728). `origin` is the one the client asked at, so that the resource is the address it
 * knows. Whether there is such a connection is told to nobody who is not signed in.
 */
export function resourceMetadata(origin: string, issuer: string, resource: Resource): WebResponse {
  return jsonAnswer(200, {
    resource: `${origin}${resourcePath(resource)}`,
    resource_name: 'Countersign',
    authorization_servers: [issuer],
    // None: everything the Claw may use.
    scopes_supported: resource.only === null ? [] : [`connection:${resource.only}`],
    bearer_methods_supported: ['header'],
    dpop_signing_alg_values_supported: proofAlgorithms,
    dpop_bound_access_tokens_required: false,
  });
}

/** Authorization server metadata (RFC 8414). */
export function serverMetadata(issuer: string): WebResponse {
  return jsonAnswer(200, {
    issuer,
    authorization_endpoint: `${issuer}${paths.authorize}`,
    token_endpoint: `${issuer}${paths.token}`,
    registration_endpoint: `${issuer}${paths.register}`,
    revocation_endpoint: `${issuer}${paths.revoke}`,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', exchangeGrant],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: true,
    dpop_signing_alg_values_supported: proofAlgorithms,
  });
}
