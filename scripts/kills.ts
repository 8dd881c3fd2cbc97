// npm run kills -- [--kills 500] [--lanes 4]: `kill -9` at random instants while emails are asked for, approved, held and sent. Exits 1 when
// one was sent twice, sent and not recorded, or told otherwise than it was: docs/long-runs.md. Needs what `npm test` needs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKeyring } from '../test/fixtures/keyring/keyring.ts';
import { makeCertificate } from '../test/fixtures/mail/certificate.ts';
import { startCountingSmtp } from '../test/kills/counting-smtp.ts';
import { runLane } from '../test/kills/lane.ts';
import { Findings } from '../test/long-run/findings.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '500' }, lanes: { type: 'string', default: '4' } } });
const lanes = Number(values.lanes);
const each = Math.ceil(Number(values.kills) / lanes);
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const folder = await mkdtemp(join(tmpdir(), 'countersign-kills-'));
const keyring = await startKeyring();
const findings = new Findings();
try {
  const certificate = await makeCertificate(folder);
  const smtp = await startCountingSmtp(certificate);
  const env = { ...keyring.env, NODE_EXTRA_CA_CERTS: certificate.certificateFile };
  let killed = 0;
  const onKill = (): void => {
    killed += 1;
    if (killed % 50 === 0) tell(`  ${killed} kills${findings.isClean ? '' : ', there are findings'}`);
  };
  tell(`${each * lanes} kills in ${lanes} homes …`);
  const tallies = await Promise.all(Array.from({ length: lanes }, (_, index) => runLane({ name: `lane${index + 1}`, kills: each, smtp, env, findings, onKill })));
  await smtp.close();
  const total = new Map<string, number>();
  for (const tally of tallies) for (const [word, count] of Object.entries(tally)) total.set(word, (total.get(word) ?? 0) + count);
  for (const [word, count] of [...total].toSorted(([a], [b]) => (a < b ? -1 : 1))) tell(`  ${String(count).padStart(6)} × ${word}`);
} finally {
  await keyring.stop();
  await rm(folder, { recursive: true, force: true });
}
tell(findings.isClean ? 'No findings.' : findings.toString());
process.exit(findings.isClean ? 0 : 1);
