import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import tls from 'node:tls';

/** Bytes of a file with certificates. */
const largestFile = 4 * 1024 * 1024;

/**
 * Makes every TLS connection of this process, those to mail servers too, trust Node's own certificates, those of
 * `NODE_EXTRA_CA_CERTS`, the system's, and those of `caFile` (empty: none). False when that file cannot be used; the others
 * are trusted all the same.
 */
export function trustCertificates(caFile: string): boolean {
  const company = readCertificates(caFile);
  // Node 24.5 brought it; there is no other way that reaches all connections.
  if (typeof tls.setDefaultCACertificates !== 'function') return company.length > 0 || caFile === '';
  tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('bundled'), ...tls.getCACertificates('extra'), ...systemCertificates(), ...company])]);
  return company.length > 0 || caFile === '';
}

/** Reading them takes up to some hundred ms, and they change with the computer's set-up alone. */
let fromSystem: readonly string[] | undefined;

function systemCertificates(): readonly string[] {
  fromSystem ??= tls.getCACertificates('system');
  return fromSystem;
}

/** The certificates in a PEM file. None where there is no file, it cannot be read, or something in it is no certificate. */
export function readCertificates(file: string): readonly string[] {
  if (file === '') return [];
  try {
    const found = statSync(file);
    if (!found.isFile() || found.size > largestFile) return [];
    const blocks = readFileSync(file, 'latin1').match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch {
    return [];
  }
}
