import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startKeyring } from '../fixtures/keyring/keyring.ts';
import { makeCertificate } from '../fixtures/mail/certificate.ts';
import { startCountingSmtp } from '../kills/counting-smtp.ts';
import { runLane } from '../kills/lane.ts';
import { Findings } from '../long-run/findings.ts';

// `npm run kills` does the same five hundred times.
test('kill -9 while emails are asked for, approved, held and sent: none goes out twice, or unrecorded, or is told otherwise', { timeout: 180_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-kills-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const keyring = await startKeyring();
  onTestFinished(() => keyring.stop());
  const certificate = await makeCertificate(folder);
  const smtp = await startCountingSmtp(certificate);
  onTestFinished(() => smtp.close());
  const findings = new Findings();
  const tally = await runLane({ name: 'lane', kills: 5, smtp, env: { ...keyring.env, NODE_EXTRA_CA_CERTS: certificate.certificateFile }, findings });
  expect(findings.toString()).toBe('');
  expect(Object.values(tally).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
});
