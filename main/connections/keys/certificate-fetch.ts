import type { FetchLike } from '@modelcontextprotocol/client';
import { say } from '../../model/say.ts';
import { ConnectionProblem } from '../connection.ts';
import { NothingSentError } from '../nothing-sent-error.ts';
import type { Network } from '../network/network.ts';
import type { CertificateProblem, ClientCertificate } from './client-certificate.ts';
import { refuseRedirect } from './key-fetch.ts';
import type { CertificateConfig, KeyTarget } from './key-target.ts';

/**
 * A `fetch` whose connections show the certificate, to the service's own origin alone; it is read at the first request. A
 * redirect is not followed.
 * @throws {ConnectionProblem} when it cannot be used, is refused, or the service sends on. @throws {NothingSentError}
 */
export function createCertificateFetch(target: KeyTarget<CertificateConfig>, load: () => Promise<ClientCertificate>, network: Network): FetchLike {
  let loading: Promise<{ readonly certificate: ClientCertificate; readonly fetch: FetchLike }> | undefined;
  const loaded = (): NonNullable<typeof loading> => {
    loading ??= load().then(
      (certificate) => ({ certificate, fetch: network.fetchWith(certificate.context) }),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  let hasAnswered = false;
  return async (input, init) => {
    if (new URL(input).origin !== target.origin) throw new NothingSentError('A certificate is for its own service alone.');
    const { fetch } = await loaded();
    const response = await fetch(input, init).catch((error: unknown) => {
      // Some servers say nothing and hang up.
      throw hasCode(error, alerts) || (!hasAnswered && hasCode(error, hangUps)) ? refusedBy(target) : error;
    });
    hasAnswered = true;
    if (response.status !== 401) return refuseRedirect(response, target.host);
    await response.body?.cancel();
    throw refusedBy(target);
  };
}

/** TLS alerts about a certificate (RFC 8446, section 6.2), as OpenSSL and BoringSSL name them. */
const alerts = /ALERT_(?:BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)|_CERTIFICATE_REQUIRED/;

/** The connection was made and ended without an answer. At the first request that is a greeting, which does nothing. */
const hangUps = /^(?:UND_ERR_SOCKET|ECONNRESET)$/;

/** With an alert the request was not taken up: the handshake has to come to its end first. */
function hasCode(error: unknown, codes: RegExp): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if ('code' in current && codes.test(String(current.code))) return true;
  }
  return false;
}

function refusedBy({ host }: KeyTarget<CertificateConfig>): ConnectionProblem {
  return new ConnectionProblem('failing', say('connection.health.certificate.refused', { host }), `${host} does not accept the certificate. A person has to look after it in Countersign first. Nothing was done.`);
}

const needsPerson: ReadonlySet<CertificateProblem> = new Set(['passphrase_needed', 'wrong_passphrase']);

const words: Readonly<Record<CertificateProblem, string>> = {
  unreadable: 'connection.health.certificate.unreadable',
  key_unreadable: 'connection.health.certificate.keyUnreadable',
  not_a_certificate: 'connection.health.certificate.none',
  no_key: 'connection.health.certificate.noKey',
  other_key: 'connection.health.certificate.otherKey',
  passphrase_needed: 'connection.health.certificate.passphraseNeeded',
  wrong_passphrase: 'connection.health.certificate.wrongPassphrase',
  expired: 'connection.health.certificate.expired',
  not_yet_valid: 'connection.health.certificate.notYetValid',
};

/** `file`: the certificate's, as a person may be shown it. */
export function certificateProblem(problem: CertificateProblem, host: string, file: string): ConnectionProblem {
  const text = `The certificate for ${host} cannot be used. A person has to look after it in Countersign first. Nothing was done.`;
  return new ConnectionProblem(needsPerson.has(problem) ? 'needs_sign_in' : 'failing', say(words[problem], { file }), text);
}
