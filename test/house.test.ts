import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** What each part must not import, seen from a file of that part; `preload/contract.ts` is open to all of them. */
const forbidden: readonly (readonly [file: string, imports: readonly string[]])[] = [
  ['main/app', ['electron', '../renderer/app/store.ts']],
  ['main/model/probe', ['electron', '../policy/policy.ts', '../state/state.ts', '../app.ts', 'node:fs', 'node:fs/promises', 'node:http', 'node:sqlite']],
  ['main/commands/probe', ['electron', '../policy/policy.ts', '../gate/gate.ts', '../app.ts', 'node:fs', 'node:child_process', 'node:net']],
  ['main/text/probe', ['electron', '../policy/policy.ts', '../app.ts', '../../renderer/app/store.ts']],
  ...['policy', 'approvals', 'activity', 'credentials', 'connections', 'connectors', 'agents', 'tokens', 'managed', 'profiles', 'settings', 'signatures', 'state'].map(
    (feature) =>
      [
        `main/${feature}/probe`,
        [
          'electron',
          '../app.ts',
          '../screen.ts',
          '../organization.ts',
          '../gate/gate.ts',
          '../broker/broker.ts',
          '../ipc/ipc.ts',
          '../practice/practice.ts',
          '../shell/shell.ts',
          '../text/text.ts',
          '../../renderer/app/store.ts',
          '../../preload/index.ts',
          feature === 'policy' ? '../approvals/approvals.ts' : '../policy/policy.ts',
          feature === 'credentials' ? '../tokens/tokens.ts' : '../credentials/credential-store.ts',
        ],
      ] as const,
  ),
  ['main/connectors/email/probe', ['electron', '../../app.ts', '../../connections/catalog.ts', '../../gate/gate.ts', '../../../renderer/app/store.ts']],
  ['main/gate/probe', ['electron', '../app.ts', '../broker/broker.ts', '../connections/catalog.ts', '../credentials/scrubber.ts', '../ipc/ipc.ts', '../state/state.ts']],
  ['main/gate/probe', ['node:http', 'node:https', 'node:http2', 'node:net', 'node:tls', 'node:child_process', 'http', 'undici', '@modelcontextprotocol/client']],
  ['main/broker/probe', ['electron', '../app.ts', '../agent-catalog.ts', '../policy/policy.ts', '../connections/catalog.ts', '../tokens/tokens.ts', '../ipc/ipc.ts']],
  ['main/processes/probe', ['electron', '../app.ts', '../sandbox/sandbox.ts', '../connections/catalog.ts']],
  ['main/sandbox/probe', ['electron', '../app.ts', '../gate/gate.ts', '../broker/broker.ts', '../policy/policy.ts', './helper/index.ts', '@anthropic-ai/sandbox-runtime']],
  ['main/openclaw/probe', ['electron', '../app.ts', '../gate/pipeline.ts', '../policy/policy.ts', '../credentials/credential-store.ts', '../connections/connection.ts']],
  ['main/egress/probe', ['electron', '../app.ts', '../gate/pipeline.ts', '../policy/policy.ts', '../sandbox/sandbox.ts', '../broker/broker.ts']],
  ['main/sandbox/helper/probe', ['electron', '../../app.ts', '../../gate/gate.ts', '../../credentials/credential-store.ts', '../../processes/process-group.ts']],
  ['main/practice/probe', ['electron', '../app.ts', '../gate/gate.ts', '../broker/broker.ts', '../policy/policy.ts', '../ipc/ipc.ts']],
  ['main/practice/mail-server/probe', ['electron', '../../app.ts', '../../gate/gate.ts', '../../connections/catalog.ts']],
  ['main/ipc/probe', ['electron', '../app.ts', '../screen.ts', '../shell/electron/tray.ts', '../shell/preview/preview-shell.ts', '../../renderer/app/store.ts']],
  ['main/cli/probe', ['electron', '../app.ts', '../gate/gate.ts', '../credentials/credential-store.ts', '../state/state.ts']],
  ['main/shell/probe', ['electron', '../app.ts', '../gate/gate.ts', '../policy/policy.ts', '../ipc/ipc.ts']],
  ['main/shell/electron/probe', ['../../app.ts', '../../gate/gate.ts', '../preview/preview-shell.ts', '../../../renderer/app/store.ts']],
  ['main/shell/preview/probe', ['electron', '../../gate/gate.ts', '../electron/tray.ts']],
  ['main/shell/console/probe', ['electron', '../../policy/policy.ts', '../preview/preview-shell.ts']],
  ['preload/index', ['../main/app.ts', '../main/model/disarm.ts', '../renderer/app/store.ts', 'node:fs']],
  ['preload/contract', ['electron', './index.ts', '../main/model/disarm.ts', 'node:fs']],
  ['renderer/app/probe', ['electron', 'node:fs', 'fs', '../../main/app.ts', '../../main/model/disarm.ts', '../../preload/index.ts']],
  ['renderer/card/deep/probe', ['../../../main/app.ts', '../../../preload/index.ts']],
];

/** What must stay possible, or a rule that forbids everything would pass the test above. */
const allowed: readonly (readonly [file: string, imports: readonly string[]])[] = [
  ['main/policy/probe', ['../model/json.ts', '../state/state.ts', '../../preload/contract.ts', './layers.ts', 'node:crypto']],
  ['main/profiles/probe', ['../commands/description.ts']],
  ['main/connectors/email/probe', ['../connector.ts', '../../commands/description.ts', './links.ts', '../../model/json.ts', '../../../preload/contract.ts']],
  ['main/sandbox/probe', ['../model/json.ts', '../processes/process-group.ts', './protocol.ts']],
  ['main/openclaw/probe', ['../model/json.ts', '../gate/gate.ts', '../commands/description.ts', '../../preload/contract.ts']],
  ['main/egress/probe', ['../model/json.ts', '../gate/gate.ts', '../sandbox/network.ts']],
  ['main/sandbox/helper/probe', ['@anthropic-ai/sandbox-runtime', '../protocol.ts', '../../model/line-reader.ts']],
  ['main/gate/probe', ['../policy/policy.ts', '../activity/event.ts', '../approvals/approvals.ts', '../model/json.ts']],
  ['main/broker/probe', ['../gate/gate.ts', 'node:http']],
  ['main/shell/electron/probe', ['electron', '../dispatch.ts']],
  ['preload/index', ['electron', './contract.ts']],
  ['renderer/app/probe', ['../../preload/contract.ts', '../look/index.ts', 'react']],
];

/** Ways around the one checked place for IPC, and around "no network" in the renderer. */
const forbiddenCode: readonly (readonly [file: string, code: string, rule: string])[] = [
  ['main/shell/electron/tray', "export function probe(electron: any) { electron.ipcMain.handle('x', () => 1); }", 'no-restricted-properties'],
  ['main/shell/preview/page-bridge', "export function probe(page: any) { return page.exposeBinding('x', () => 1); }", 'no-restricted-properties'],
  ['renderer/app/probe', "export const probe = () => fetch('https://example.test');", 'no-restricted-globals'],
  ['renderer/app/probe', "export const probe = () => localStorage.setItem('a', 'b');", 'no-restricted-globals'],
];

/** A built-in module without its `node:` is stopped for its name, so that the rules for `node:` hold. */
const importRules: readonly string[] = ['no-restricted-imports', 'prefer-node-protocol'];

const cases = [
  ...forbidden.flatMap(([file, imports]) => imports.map((name) => ({ file, name, code: importOf(name), rules: importRules, isForbidden: true }))),
  ...allowed.flatMap(([file, imports]) => imports.map((name) => ({ file, name, code: importOf(name), rules: importRules, isForbidden: false }))),
  ...forbiddenCode.map(([file, code, rule]) => ({ file, name: code, code, rules: [rule], isForbidden: true })),
];

function importOf(name: string): string {
  return `import * as probe from '${name}';\nexport const probed = probe;\n`;
}

interface Finding {
  readonly filename: string;
  readonly code: string;
}

/** Case n lies in a tree of its own, `n/main/…`, each with the project's configuration. Resolves to the rules broken, per case. */
async function lintAll(folder: string): Promise<readonly string[][]> {
  await Promise.all(
    cases.map(async ({ file, code }, index) => {
      const path = join(folder, String(index), `${file}.ts`);
      await mkdir(dirname(path), { recursive: true });
      await cp('.oxlintrc.json', join(folder, String(index), '.oxlintrc.json'));
      await writeFile(path, code);
    }),
  );
  const output = await new Promise<string>((resolve) => {
    // Findings make it exit with 1, so the exit code says nothing here.
    execFile(process.execPath, [join(process.cwd(), 'node_modules/oxlint/bin/oxlint'), '--format', 'json', '.'], { cwd: folder, maxBuffer: 1 << 26 }, (_error, stdout) =>
      resolve(stdout),
    );
  });
  // oxlint's own JSON report.
  const findings = (JSON.parse(output) as { diagnostics: Finding[] }).diagnostics;
  return cases.map((_case, index) => findings.filter(({ filename }) => filename.startsWith(`${index}/`)).map(({ code }) => code));
}

let folder: string;
let broken: readonly string[][];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-house-'));
  broken = await lintAll(folder);
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The names of those cases of one file that the linter lets through, or that it stops. */
function namesOf(file: string, isForbidden: boolean, isStopped: boolean): readonly string[] {
  return cases.flatMap((one, index) =>
    one.file === file && one.isForbidden === isForbidden && broken[index]!.some((code) => one.rules.some((rule) => code.includes(rule))) === isStopped ? [one.name] : [],
  );
}

describe('the linter keeps the house', () => {
  const files = [...new Set(cases.map(({ file }) => file))];

  test.each(files)('%s imports and uses nothing that is forbidden to it', (file) => {
    expect(namesOf(file, true, false)).toEqual([]);
  });

  test.each(files)('%s may import what it needs', (file) => {
    expect(namesOf(file, false, true)).toEqual([]);
  });
});

describe('imports that are made while running', () => {
  test('are of packages and parts that the file may import', async () => {
    const found: string[] = [];
    for (const entry of await readdir('main', { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
      const path = join(entry.parentPath, entry.name);
      const text = await readFile(path, 'utf8');
      for (const match of text.matchAll(/(?<!typeof )\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g)) found.push(`${path} ${match[1]}`);
    }
    // The linter does not look at `import()`, so each one is named here.
    expect(found.toSorted()).toEqual([
      'main/credentials/keytar-keychain.ts keytar',
      'main/index.ts ./cli/countersign.ts',
      'main/index.ts ./sandbox/helper/index.ts',
      'main/index.ts ./start.ts',
      'main/openclaw/own-commands.ts ./gateway-link.ts',
      'main/settings/preferences-file.ts electron-store',
      'main/shell/choose-shell.ts ./preview/preview-shell.ts',
      'main/shell/electron/index.ts electron',
    ]);
  });
});
