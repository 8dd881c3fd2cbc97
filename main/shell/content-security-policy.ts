import { randomBytes } from 'node:crypto';

/** The mark in `renderer/*.html` that is replaced by the nonce of each response. */
export const noncePlaceholder = '__CSP_NONCE__';

/** 128 random bits, base64: used for one response and never again. */
export function createNonce(): string {
  return randomBytes(16).toString('base64');
}

/**
 * The policy of every page of the app (CSP Level 3): own files only, no network at all, no eval, no inline script, and
 * styles only from files or with this response's nonce. Trusted Types are demanded with no policy allowed, so that no
 * text can become markup.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}
