import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import { ConsoleShell, consoleOrigin } from './console/console-shell.ts';
import { environmentLanguages } from './environment-languages.ts';
import { findBrowser } from './preview/find-browser.ts';
import type { Shell } from './shell.ts';
import type { StartOptions } from '../start-options.ts';

/** A shell that can be tried, with the origin of its page. */
export interface ShellChoice {
  readonly shell: Shell;
  readonly origin: string;
  /** Said to the person when it is this one. */
  readonly about: string;
  /** False when the app was started by the system at login: it stays in the tray. */
  opensMain(): boolean;
  /** Removes what the shell needed on disk. */
  clean(): void;
}

export interface Choices {
  readonly choices: readonly (() => Promise<ShellChoice>)[];
  /** Why the others were left out. */
  readonly against: readonly string[];
}

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly rendererRoot: string;
  readonly report: (problem: string) => void;
}

/**
 * What can be tried in plain Node, best first, with the reasons against the ones left out. Under Electron the electron
 * shell is the only choice (see index.ts).
 */
export function shellChoices(options: StartOptions, around: Surroundings): Choices {
  const against: string[] = [];
  const choices: (() => Promise<ShellChoice>)[] = [];
  if (options.shell === 'electron') against.push('Electron: this process was not started by Electron; use npm start.');
  if (options.shell === 'auto' || options.shell === 'preview') {
    const executable = findBrowser(around);
    if (executable === undefined) against.push('Preview: no Chromium, Chrome or Edge is installed.');
    else choices.push(() => preview(executable, options, around));
  }
  if (options.shell === 'auto' || options.shell === 'console') choices.push(() => Promise.resolve(onConsole(around)));
  return { choices, against };
}

async function preview(executable: string, options: StartOptions, { env, platform, rendererRoot, report }: Surroundings): Promise<ShellChoice> {
  // Its browser driver is no part of an installed app.
  const { PreviewShell, previewOrigin } = await import('./preview/preview-shell.ts');
  const hasDisplay = platform !== 'linux' || Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
  const isHeadless = options.isHeadless || !hasDisplay;
  const profileFolder = mkdtempSync(join(tmpdir(), 'countersign-preview-'));
  const shell = new PreviewShell({ executable, rendererRoot, profileFolder, isHeadless, debugPort: options.debugPort, languages: environmentLanguages(env, systemTag()), report });
  const why = hasDisplay ? '--headless was asked for' : 'there is no display';
  return {
    shell,
    origin: previewOrigin,
    about: isHeadless
      ? `Preview in ${executable}, headless because ${why}. ${shell.canAsk ? '' : 'Nobody can be asked here, so what needs a person is refused. To answer on a terminal: npm start -- --shell=console'}`
      : `Preview in ${executable}.`,
    opensMain: () => true,
    clean: () => rmSync(profileFolder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

function onConsole({ env }: Surroundings): ShellChoice {
  const shell = new ConsoleShell({ input: process.stdin, output: process.stderr, isTerminal: isatty(process.stdin.fd), languages: environmentLanguages(env, systemTag()) });
  return {
    shell,
    origin: consoleOrigin,
    about: shell.canAsk ? 'Console: questions come on this terminal.' : 'Console without a terminal: what needs a person is refused.',
    opensMain: () => true,
    clean: () => undefined,
  };
}

/** What Node found out about the system, where the environment says nothing. */
function systemTag(): string {
  return new Intl.DateTimeFormat().resolvedOptions().locale;
}
