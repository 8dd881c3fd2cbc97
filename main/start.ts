import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import packageFile from '../package.json' with { type: 'json' };
import { openApp, type App } from './app.ts';
import { guardAgainstCrashes } from './crash-guard.ts';
import type { Services } from './ipc/services.ts';
import { systemSource } from './managed/system-source.ts';
import { systemClock } from './model/clock.ts';
import { stateDirectory } from './paths.ts';
import { quitQuestion } from './quit-question.ts';
import { helperWord } from './sandbox/helper-command.ts';
import { startScreen } from './screen.ts';
import { shellChoices, type Choices, type ShellChoice } from './shell/choose-shell.ts';
import { electronOrigin, electronShellFiles, openElectronShell, type WindowPlace } from './shell/electron/index.ts';
import { parseStart, type StartOptions } from './start-options.ts';
import { inEnglish } from './text/text.ts';

/** The built main module lies in out/main, or in a chunk below it. */
const outMain = import.meta.dirname.endsWith('chunks') ? dirname(import.meta.dirname) : import.meta.dirname;
const root = join(outMain, '../..');
const isElectron = process.versions['electron'] !== undefined;
const isPackaged = isElectron && existsSync(join(process.resourcesPath, 'app.asar'));
const files = electronShellFiles(root);
/** What the person gave; a packaged app has no script path before it. */
const words = process.argv.slice(isPackaged ? 1 : 2);
const clock = systemClock;

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

function stop(line: string): never {
  tell(line);
  process.exit(1);
}

function parsedOptions(): StartOptions {
  const parsed = parseStart(words, process.env, { isPackaged, isElectron });
  return parsed.ok ? parsed.options : stop(parsed.text);
}

const options = parsedOptions();
const home = stateDirectory(process.env, process.platform, isPackaged);

/** Electron's shell is made before the preferences are open; until then no place is known. */
let preferences: Services['settings'] | undefined;
const places = {
  read: () => preferences?.windowPlace('main'),
  write: (place: WindowPlace) => preferences?.setWindowPlace('main', place),
};

async function choices(): Promise<Choices> {
  if (!isElectron) return shellChoices(options, { env: process.env, platform: process.platform, rendererRoot: files.renderer, report: tell });
  const opened = await openElectronShell({ files, places, stateDirectory: home, report: (error) => tell(String(error)) });
  if (opened.kind === 'already-running') process.exit(0);
  if (opened.kind === 'unavailable') stop(opened.reason);
  return { choices: [() => Promise.resolve({ shell: opened.shell, origin: electronOrigin, about: 'Electron.', opensMain: () => !opened.wasStartedAtLogin(), clean: () => undefined })], against: [] };
}

/** How an agent's configuration starts the `countersign` command of this very copy. */
function launcher(): Services['launcher'] {
  if (isPackaged) return { command: process.execPath, args: [], files: [dirname(process.execPath)] };
  return { command: process.execPath, args: [join(outMain, 'countersign.js')], files: [realpathSync(process.execPath), outMain, join(root, 'node_modules'), join(root, 'package.json')] };
}

function open(choice: ShellChoice): Promise<App> {
  return openApp({
    home,
    assets: isPackaged ? join(process.resourcesPath, 'assets') : join(root, 'assets'),
    activityWorker: pathToFileURL(join(outMain, 'activity-worker.js')),
    sandboxHelper: isPackaged ? { program: process.execPath, args: [helperWord] } : { program: process.execPath, args: [join(outMain, 'sandbox-helper.js')] },
    managedSource: systemSource({ platform: process.platform, bundleId: 'io.countersign.app', systemRoot: process.env['SystemRoot'], overridePath: options.managedFile ?? undefined, clock }),
    mcpPort: options.mcpPort,
    shell: choice.shell,
    launcher: launcher(),
    version: packageFile.version,
    report: tell,
  });
}

let quit = (): void => process.exit(process.exitCode ?? 0);
let quitByPerson = (): void => quit();
/** Milliseconds that an end in good order may take after an exception. */
const crashGraceMs = 10_000;

guardAgainstCrashes({
  source: process,
  report: tell,
  stop() {
    process.exitCode = 1;
    setTimeout(() => process.exit(1), crashGraceMs).unref();
    quit();
  },
});

/** Tries one shell after the other; says which it took, and why not the ones before. */
async function start({ choices: possible, against }: Choices): Promise<void> {
  const reasons = [...against];
  for (const make of possible) {
    const choice = await make();
    const app = await open(choice).catch((error: unknown) => stop(error instanceof Error ? error.message : String(error)));
    if (app.services.broker.socketProblem?.why === 'already_running') {
      await app.close();
      stop(app.services.broker.socketProblem.text);
    }
    preferences = app.services.settings;
    try {
      const closeScreen = await startScreen(app.services, choice.origin, () => quitByPerson());
      ready(app, choice, closeScreen, reasons);
      return;
    } catch (error) {
      reasons.push(`${choice.shell.kind} could not start: ${error instanceof Error ? error.message : String(error)}`);
      await choice.shell.close();
      await app.close();
      choice.clean();
    }
  }
  stop(`No shell can run here.\n${reasons.join('\n')}`);
}

/** The screen shows it too, in the person's language; here it is for whoever wrote the file, or runs the app without one. */
function tellOfManaged({ problems }: Services['organization']): void {
  for (const problem of problems) tell(`Managed settings: ${inEnglish(problem)}`);
}

/** A signal ends the app at once; a person is told first what would then not be done. */
async function mayQuit({ services: { gate, shell, text } }: App): Promise<boolean> {
  const question = quitQuestion(gate.held(), text);
  return question === undefined || shell.confirmQuit(question).catch(() => true);
}

function ready(app: App, choice: ShellChoice, closeScreen: () => void, reasons: readonly string[]): void {
  const { broker, credentials, organization, shell } = app.services;
  const stopTelling = organization.onChange(() => tellOfManaged(organization));
  let isStopping = false;
  const end = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    closeScreen();
    stopTelling();
    await app.close();
    await shell.close();
    choice.clean();
    process.exit(process.exitCode ?? 0);
  };
  quit = () =>
    void end().catch((error: unknown) => {
      tell(`Countersign could not stop in good order: ${String(error)}`);
      process.exit(1);
    });
  let isAsking = false;
  quitByPerson = () => {
    if (isAsking) return;
    isAsking = true;
    void mayQuit(app).then((isSure) => {
      isAsking = false;
      if (isSure) quit();
    });
  };
  shell.onQuit(() => quitByPerson());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quit);

  if (choice.opensMain()) shell.showWindow('main');
  for (const reason of reasons) tell(`Not used: ${reason}`);
  tell(`Shell: ${choice.about}`);
  if (broker.socketProblem) tell(`The countersign command cannot reach this app: ${broker.socketProblem.text}`);
  tellOfManaged(organization);
  tell(`Claws connect to ${broker.mcpUrl}; how is told in docs/connect-a-claw.md and under Claws.`);
  const line = { ready: true, mcp: broker.mcpUrl, shell: shell.kind, canAsk: shell.canAsk, keychain: credentials.keychain, home, version: packageFile.version };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await run();

/**
 * Electron's `ready` comes only after this module was evaluated, so what waits for it must not be awaited here; its shell is
 * opened first, because the scheme and the state directory have to be set before `ready` (electron#40719).
 */
async function run(): Promise<void> {
  const possible = await choices();
  const started = start(possible).catch((error: unknown) => stop(error instanceof Error ? error.message : String(error)));
  if (!isElectron) await started;
}
