import type { Clock } from '../model/clock.ts';
import { say } from '../model/say.ts';
import { nodeFiles, readManagedFile, type ManagedFiles } from './file-source.ts';
import { sourceOf, type ManagedRead, type ManagedSource } from './managed-source.ts';
import { readSettingsText } from './read-settings.ts';
import { runProgram, type RunProgram } from './run-program.ts';

const plutil = '/usr/bin/plutil';
const checkEveryMilliseconds = 15_000;

export interface MacosParts {
  /** The app's bundle identifier, which a configuration profile names as its payload type. */
  readonly bundleId: string;
  readonly clock: Clock;
  readonly files?: ManagedFiles;
  readonly run?: RunProgram;
}

/**
 * macOS: what a configuration profile put into `/Library/Managed Preferences`. The system's own `plutil` turns the
 * property list, binary or XML, into JSON.
 */
export function macosSource({ bundleId, clock, files = nodeFiles, run = runProgram }: MacosParts): ManagedSource {
  const path = `/Library/Managed Preferences/${bundleId}.plist`;

  async function read(): Promise<ManagedRead> {
    const found = await readManagedFile({ path, mustBeAdministrators: true, mustExist: false, clock, files });
    if (!found.ok) return found.read;
    const { exitCode, stdout } = await run(plutil, ['-convert', 'json', '-o', '-', path]);
    if (exitCode === null) return { state: 'unreadable', problem: say('managed.problem.unreadable', { place: path }) };
    // plutil refuses a damaged list, and one that holds dates or data, which no setting is made of.
    if (exitCode !== 0) return { state: 'invalid', problem: say('managed.problem.propertyList', { place: path }) };
    return readSettingsText(stdout.toString('utf8'), path);
  }

  return sourceOf(read, checkEveryMilliseconds, clock);
}
