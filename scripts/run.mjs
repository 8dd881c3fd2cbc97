#!/usr/bin/env node
// The door to every npm script. Runs on any Node from 20 on, with nothing installed: it does the set-up that the command
// needs, then goes on in the project's own Node 24. No dependency may be imported here.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.set-up-for');

const browser = { name: 'chromium', isThere: () => hasBrowser() };
const library = (name) => ({ name, isThere: () => isPackageInstalled(name) });
const system = {
  start: [browser, ...['libsecret-1-0', 'bubblewrap', 'socat', 'ripgrep'].map(library)],
  test: [browser, ...['libsecret-1-0', 'xvfb', 'xauth', 'dbus', 'gnome-keyring', 'dovecot-imapd', 'postfix', 'openssl', 'bubblewrap', 'socat', 'ripgrep', 'curl', 'git', 'python3'].map(library)],
};

/** What each command needs from the system, whether it needs the built app, and what it then runs in Node 24. */
const commands = {
  start: { needs: system.start, canDoWithout: true, isBuilt: true, steps: [['scripts/start.ts']] },
  demo: { needs: system.test, isBuilt: true, steps: [['scripts/demo.ts']] },
  bench: { needs: system.test, isBuilt: true, steps: [['scripts/bench.ts']] },
  conformance: { needs: [], isBuilt: false, steps: [['scripts/conformance.ts']] },
  soak: { needs: [], isBuilt: false, steps: [['scripts/soak.ts']] },
  fuzz: { needs: [], isBuilt: false, steps: [['scripts/fuzz.ts']] },
  kills: { needs: system.test, isBuilt: false, steps: [['scripts/kills.ts']] },
  build: { needs: [], isBuilt: true, steps: [] },
  dist: { needs: [], isBuilt: true, steps: [['scripts/dist.ts']] },
  icons: { needs: [browser], isBuilt: false, steps: [['scripts/render-icons.ts']] },
  lint: { needs: [], isBuilt: false, steps: [[bin('oxlint'), '--type-aware'], [bin('typescript', 'tsc')]] },
  test: {
    needs: system.test,
    isBuilt: true,
    steps: [[bin('oxlint'), '--type-aware'], [bin('typescript', 'tsc')], [bin('vitest'), 'run']],
  },
};

const [name = '', ...given] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) stop(`There is no command "${name}". There are: ${Object.keys(commands).join(', ')}.`);
installPackages();
installSystemPackages(command);
const node = ownNode();
if (command.isBuilt) await run([bin('electron-vite'), 'build', '--logLevel', 'warn'], process.stderr);
for (const [index, step] of command.steps.entries()) {
  const isLast = index === command.steps.length - 1;
  await run(isLast ? [...step, ...given] : step, process.stdout);
}

/** The script behind a package's command. */
function bin(packageName, commandName = packageName) {
  return ['package', packageName, commandName];
}

function resolveStep(step) {
  const [first, ...rest] = step;
  if (!Array.isArray(first)) return step;
  const [, packageName, commandName] = first;
  const folder = join(root, 'node_modules', packageName);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const script = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[commandName];
  return [join(folder, script), ...rest];
}

/** Ends this process unless the step ends well. A signal is the step's to answer: it stops in good order, and this with it. */
async function run(step, output) {
  const args = resolveStep(step);
  const path = `${join(root, 'node_modules', '.bin')}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`;
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ['inherit', output, 'inherit'],
  });
  const stopForwarding = forwardSignals(child);
  const { status, signal } = await new Promise((resolve) => {
    child.once('error', (error) => stop(`Node could not be started: ${error.message}`));
    child.once('exit', (status, signal) => resolve({ status, signal }));
  });
  stopForwarding();
  if (status !== 0) process.exit(status ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1));
}

function forwardSignals(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  // npm ends the shell between it and us, which tells us nothing; that our parent is another one does.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.env.npm_lifecycle_event !== undefined && process.ppid !== parent) child.kill('SIGTERM');
  }, 500);
  return () => {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, forward);
  };
}

function installPackages() {
  const wanted = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  say('Installing the packages of package-lock.json …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', process.stderr, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) stop('npm ci failed; what it says stands above.');
  writeFileSync(stamp, wanted);
}

/** Debian and Ubuntu only. Elsewhere, and where it `canDoWithout`, the app says itself what it misses. */
function installSystemPackages({ needs, canDoWithout = false }) {
  if (!existsSync('/usr/bin/apt-get')) return;
  const missing = needs.filter((need) => !need.isThere()).map((need) => need.name);
  if (missing.length === 0) return;
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', ...missing];
  const isRoot = process.getuid?.() === 0;
  const maySudo = !isRoot && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0;
  if (!isRoot && !maySudo) {
    const advice = `sudo apt-get update && sudo ${install.join(' ')}`;
    if (!canDoWithout) stop(`Some system packages are missing. Run this, then try again:\n  ${advice}`);
    return say(`Some system packages are missing; going on without them. To have them:\n  ${advice}`);
  }
  say(`Installing system packages: ${missing.join(' ')} …`);
  const asRoot = (line) => {
    const environment = ['env', 'DEBIAN_FRONTEND=noninteractive', ...line];
    const [program, ...args] = isRoot ? environment : ['sudo', '-n', ...environment];
    return spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] }).status;
  };
  asRoot(['apt-get', 'update', '-qq']);
  if (asRoot(install) !== 0) (canDoWithout ? say : stop)(`apt-get could not install: ${missing.join(' ')}`);
}

function isPackageInstalled(packageName) {
  const { status, stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', packageName], { encoding: 'utf8' });
  // Not "includes": a package that is merely known is "not-installed".
  return status === 0 && stdout.trim() === 'installed';
}

function hasBrowser() {
  return ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'].some((program) =>
    existsSync(`/usr/bin/${program}`),
  );
}

/** The Node 24 from the platform package, or this one if it is new enough. */
function ownNode() {
  const { platform, arch } = process;
  const system = { win32: 'win', darwin: 'darwin', linux: 'linux' }[platform] ?? platform;
  const executable = platform === 'win32' ? 'bin/node.exe' : 'bin/node';
  const places = [`node-${system}-${arch}`, `node-bin-${system}-${arch}`].map((folder) => join(root, 'node_modules', folder, executable));
  const found = places.find((place) => existsSync(place));
  if (found) return found;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  return stop(`This needs Node 24; there is no package of it for ${platform} ${arch}. Install Node 24 and try again.`);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function stop(text) {
  say(text);
  process.exit(1);
}
