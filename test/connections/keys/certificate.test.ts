import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import tls, { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connectionId } from '../../../preload/contract.ts';
import { ConnectionProblem, type Connection } from '../../../main/connections/connection.ts';
import { openHttpUpstream } from '../../../main/connections/http-upstream.ts';
import { loadClientCertificate } from '../../../main/connections/keys/client-certificate.ts';
import { KeySignIns } from '../../../main/connections/keys/key-sign-ins.ts';
import type { ClosableUpstream } from '../../../main/connections/mcp-upstream.ts';
import { Network } from '../../../main/connections/network/network.ts';
import { systemClock } from '../../../main/model/clock.ts';
import type { JsonObject } from '../../../main/model/json.ts';
import { Authority, type IssuedCertificate } from '../../fixtures/tls/authority.ts';
import { startHttpServer, type HttpFixture } from '../../fixtures/upstreams/http-server.ts';
import { callOf, textOf } from '../call.ts';

const id = connectionId.parse('crm');
const passphrase = 'open-sesame-4711';
let authority: Authority;
let dana: IssuedCertificate;
let bundle: string;
let encryptedKey: string;
let server: HttpFixture;
/** Who each request came from, by the certificate. */
let seen: string[];
let kept: Map<string, string>;
let known: Set<string>;
const trusted = tls.getCACertificates('default');
const network = new Network({ rules: () => ({ proxy: 'none', noProxy: [], caFile: '' }), know: () => undefined });
const opened: ClosableUpstream[] = [];

beforeAll(async () => {
  authority = await Authority.create();
  dana = await authority.issue('dana', { isClient: true });
  bundle = await authority.bundle(dana, passphrase);
  encryptedKey = await authority.encryptKey(dana, passphrase);
  tls.setDefaultCACertificates([...trusted, authority.certificate]);
});
afterAll(async () => {
  tls.setDefaultCACertificates(trusted);
  await network.close();
  await authority[Symbol.asyncDispose]();
});
beforeEach(async () => {
  const { certificate, key } = await authority.issue('service');
  server = await startHttpServer({ tls: { cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true } });
  seen = [];
  kept = new Map();
  known = new Set();
  server.intercept = ({ socket }) => {
    seen.push(socket instanceof TLSSocket ? String(socket.getPeerCertificate().subject.CN) : '');
    return false;
  };
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((upstream) => upstream.close()));
  await server.stop();
});

function createKeys(): KeySignIns {
  return new KeySignIns({
    clock: systemClock,
    network,
    vault: {
      lend: (_id, boundTo) => Promise.resolve(kept.get(boundTo)),
      keep: (_id, boundTo, value) => {
        kept.set(boundTo, value);
        return Promise.resolve(null);
      },
      know: (_id, secrets) => {
        for (const secret of secrets) known.add(secret);
      },
    },
  });
}

function connectionWith(files: JsonObject, url = server.url): Connection {
  return { id, name: 'CRM', kind: 'remote', config: { url, signIn: { kind: 'certificate', ...files } }, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 };
}

async function open(keys: KeySignIns, connection: Connection): Promise<ClosableUpstream> {
  const fetch = keys.fetchFor(connection);
  if (fetch === undefined) throw new Error('It has no certificate.');
  const upstream = await openHttpUpstream(connection.config, { fetch });
  opened.push(upstream);
  return upstream;
}

async function refusal(keys: KeySignIns, connection: Connection): Promise<ConnectionProblem> {
  const error: unknown = await open(keys, connection).catch((reason: unknown) => reason);
  if (error instanceof ConnectionProblem) return error;
  throw new Error(`It was not refused: ${String(error)}`);
}

describe('a client certificate', () => {
  test('in two PEM files is shown to the service, which knows who it is', async () => {
    const keys = createKeys();
    const connection = connectionWith({ certificateFile: dana.certificateFile, keyFile: dana.keyFile });
    const upstream = await open(keys, connection);
    expect(textOf(await upstream.callTool(callOf('echo', { text: 'hello' })))).toBe('hello');
    expect(new Set(seen)).toEqual(new Set(['dana']));
    expect(keys.viewOf(connection)).toMatchObject({ kind: 'certificate', name: dana.certificateFile, validUntil: expect.any(Number) });
    expect(keys.needOf(connection)).toBeNull();
    const line = dana.key.split('\n')[1]!;
    expect([...known].some((secret) => secret.includes(line))).toBe(true);
  });

  test('with its key in the same file works too', async () => {
    const file = join(authority.folder, 'both.pem');
    await writeFile(file, `${dana.certificate}\n${dana.key}`);
    await open(createKeys(), connectionWith({ certificateFile: file }));
    expect(seen).toContain('dana');
  });

  test.for(['PKCS#12', 'an encrypted key'])('in %s wants its passphrase, which is tried before it is kept', async (kind) => {
    const keys = createKeys();
    const connection = connectionWith(kind === 'PKCS#12' ? { certificateFile: bundle } : { certificateFile: dana.certificateFile, keyFile: encryptedKey });
    expect(await refusal(keys, connection)).toMatchObject({ state: 'needs_sign_in', problem: { id: 'connection.health.certificate.passphraseNeeded' } });
    expect(keys.needOf(connection)).toMatchObject({ id: 'connection.health.certificate.passphraseNeeded' });
    expect(await keys.signIn(connection, 'wr0ng')).toMatchObject({ id: 'connection.health.certificate.wrongPassphrase' });
    expect([kept.size, seen.length]).toEqual([0, 0]);
    expect(await keys.signIn(connection, passphrase)).toBeNull();
    expect([...kept]).toEqual([[`certificate+${new URL(server.url).origin}`, passphrase]]);
    await open(keys, connection);
    expect(keys.needOf(connection)).toBeNull();
    expect(seen).toContain('dana');
    expect(known).toContain(passphrase);
  });

  test('may have its passphrase from a program', async () => {
    const secretCommand = { command: 'printf', args: [`${passphrase}\n`] };
    const keys = createKeys();
    const connection = connectionWith({ certificateFile: bundle, secretCommand });
    await open(keys, connection);
    expect(seen).toContain('dana');
    expect(kept.size).toBe(0);
    expect(keys.lastUse(id)).toMatchObject({ by: null });
    expect((await refusal(createKeys(), connectionWith({ certificateFile: bundle, secretCommand: { command: 'false', args: [] } }))).problem).toMatchObject({ id: 'connection.health.program.failed' });
  });

  test('is shown to its own origin alone, and is not there for a changed address', async () => {
    const keys = createKeys();
    const connection = connectionWith({ certificateFile: bundle });
    await keys.signIn(connection, passphrase);
    const count = seen.length;
    const elsewhere = server.url.replace('127.0.0.1', 'localhost');
    await expect(keys.fetchFor(connection)?.(elsewhere)).rejects.toMatchObject({ name: 'NothingSentError' });
    expect(await refusal(keys, connectionWith({ certificateFile: bundle }, elsewhere))).toMatchObject({ state: 'needs_sign_in' });
    expect(seen).toHaveLength(count);
  });

  test.each([302, 307, 308])('a %i is not followed', async (status) => {
    const keys = createKeys();
    const connection = connectionWith({ certificateFile: dana.certificateFile, keyFile: dana.keyFile });
    server.intercept = (request, response) => {
      request.resume().on('end', () => response.writeHead(status, { location: '/elsewhere' }).end());
      return true;
    };
    expect((await refusal(keys, connection)).problem).toMatchObject({ id: 'connection.health.sentOn' });
    expect(server.seen.filter((line) => line.endsWith('/elsewhere'))).toEqual([]);
  });

  test('that the service does not know is told as that, and nothing was done', async () => {
    await using stranger = await Authority.create();
    const { certificateFile, keyFile } = await stranger.issue('mallory', { isClient: true });
    const error = await refusal(createKeys(), connectionWith({ certificateFile, keyFile }));
    expect(error).toMatchObject({ state: 'failing', problem: { id: 'connection.health.certificate.refused' } });
    expect(seen).toEqual([]);
  });

  test('that is refused with a TLS alert is told the same way', async () => {
    await using stranger = await Authority.create();
    const { certificateFile, keyFile } = await stranger.issue('mallory', { isClient: true });
    const own = await authority.issue('alerting');
    const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-cert', own.certificateFile, '-key', own.keyFile, '-CAfile', authority.certificateFile, '-Verify', '2', '-verify_return_error', '-www']);
    const port = await new Promise<string>((found) => {
      child.stdout.on('data', (chunk: Buffer) => {
        const [, number] = /ACCEPT .*:(\d+)/.exec(chunk.toString()) ?? [];
        if (number !== undefined) found(number);
      });
    });
    const error = await refusal(createKeys(), connectionWith({ certificateFile, keyFile }, `https://127.0.0.1:${port}/mcp`));
    expect(error.problem).toMatchObject({ id: 'connection.health.certificate.refused' });
    child.kill('SIGKILL');
  });

  test('is not shown to a server whose own certificate is not to be believed', async () => {
    await using stranger = await Authority.create();
    const { certificate, key } = await stranger.issue('impostor');
    const impostor = await startHttpServer({ tls: { cert: certificate, key, requestCert: true, rejectUnauthorized: false } });
    const error = await refusal(createKeys(), connectionWith({ certificateFile: dana.certificateFile, keyFile: dana.keyFile }, impostor.url));
    expect(error.problem).toMatchObject({ id: 'connection.health.untrusted' });
    expect(impostor.seen).toEqual([]);
    await impostor.stop();
  });
});

const problemOf = async (certificateFile: string, keyFile?: string, phrase?: string): Promise<string> => {
  const read = await loadClientCertificate({ certificateFile, keyFile }, phrase, Date.now());
  return read.ok ? 'ok' : read.problem;
};

describe('a certificate that cannot be used says why', () => {
  test('unreadable, of another key, run out, not valid yet, or none at all', async () => {
    const other = await authority.issue('other', { isClient: true });
    const over = await authority.issue('over', { isClient: true, validity: 'over' });
    const early = await authority.issue('early', { isClient: true, validity: 'to_come' });
    const at = (name: string): string => join(authority.folder, name);
    await writeFile(at('text.pem'), 'hello');
    await writeFile(at('broken.pem'), '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    await writeFile(at('broken-key.pem'), '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
    await writeFile(at('huge.pem'), Buffer.alloc(2 * 1024 * 1024));
    await mkdir(at('folder'));
    const { certificateFile, keyFile } = dana;
    expect(await problemOf(certificateFile, keyFile)).toBe('ok');
    expect(await problemOf(at('none.pem'))).toBe('unreadable');
    expect(await problemOf(at('folder'))).toBe('unreadable');
    expect(await problemOf(at('huge.pem'))).toBe('unreadable');
    expect(await problemOf(certificateFile, at('none.pem'))).toBe('key_unreadable');
    expect(await problemOf(at('text.pem'))).toBe('not_a_certificate');
    expect(await problemOf(at('broken.pem'), keyFile)).toBe('not_a_certificate');
    expect(await problemOf(bundle, keyFile, passphrase)).toBe('not_a_certificate');
    expect(await problemOf(certificateFile)).toBe('no_key');
    expect(await problemOf(certificateFile, certificateFile)).toBe('no_key');
    expect(await problemOf(certificateFile, at('broken-key.pem'))).toBe('no_key');
    expect(await problemOf(certificateFile, other.keyFile)).toBe('other_key');
    expect(await problemOf(over.certificateFile, over.keyFile)).toBe('expired');
    expect(await problemOf(early.certificateFile, early.keyFile)).toBe('not_yet_valid');
    expect(await problemOf(await authority.bundle(over, passphrase), undefined, passphrase)).toBe('expired');
    expect(await problemOf(bundle)).toBe('passphrase_needed');
    expect(await problemOf(bundle, undefined, 'wr0ng')).toBe('wrong_passphrase');
    expect(await problemOf(certificateFile, encryptedKey)).toBe('passphrase_needed');
    expect(await problemOf(certificateFile, encryptedKey, 'wr0ng')).toBe('wrong_passphrase');
  });

  test('and the connection tells it with the file, before anything is sent', async () => {
    const error = await refusal(createKeys(), connectionWith({ certificateFile: '/nowhere/dana.pem' }));
    expect(error).toMatchObject({ state: 'failing', problem: { id: 'connection.health.certificate.unreadable', values: { file: '/nowhere/dana.pem' } } });
    expect(error.message).toContain('Nothing was done.');
    expect(seen).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is unreadable', async () => {
    const file = join(authority.folder, 'locked.pem');
    await writeFile(file, dana.certificate);
    await chmod(file, 0o000);
    expect(await problemOf(file)).toBe('unreadable');
  });
});
