import type { Clock } from '../model/clock.ts';
import { say } from '../model/say.ts';
import { sourceOf, type ManagedRead, type ManagedSource } from './managed-source.ts';
import { readSettings } from './read-settings.ts';
import { parseRegistry } from './registry.ts';
import { runProgram, type RunProgram } from './run-program.ts';

export const windowsKey = 'HKLM\\SOFTWARE\\Policies\\Countersign';
const checkEveryMilliseconds = 60_000;

export interface WindowsParts {
  /** `%SystemRoot%`, so that no other `reg.exe` on the path is run. */
  readonly systemRoot: string;
  readonly clock: Clock;
  readonly run?: RunProgram;
}

/** Windows: the policy key that Group Policy and MDM write and only administrators may. */
export function windowsSource({ systemRoot, clock, run = runProgram }: WindowsParts): ManagedSource {
  const reg = `${systemRoot}\\System32\\reg.exe`;
  const unreadable: ManagedRead = { state: 'unreadable', problem: say('managed.problem.unreadable', { place: windowsKey }) };

  async function read(): Promise<ManagedRead> {
    const { exitCode, stdout } = await run(reg, ['query', windowsKey, '/s', '/reg:64']);
    if (exitCode === 1 && (await isAbsent())) return { state: 'absent' };
    if (exitCode !== 0) return unreadable;
    const parsed = parseRegistry(stdout, windowsKey);
    if (!parsed.ok) return { state: 'invalid', problem: say(`managed.problem.${parsed.why}`, { place: windowsKey, key: parsed.name }) };
    return parsed.isEmpty ? { state: 'absent' } : readSettings(parsed.value, windowsKey);
  }

  /** reg.exe ends with 1 for "not there" and for "not allowed", in the words of the system's language: look from above. */
  async function isAbsent(): Promise<boolean> {
    const parent = windowsKey.slice(0, windowsKey.lastIndexOf('\\'));
    const { exitCode, stdout } = await run(reg, ['query', parent, '/reg:64']);
    const names = stdout.toString('latin1').split(/\r?\n/).map((line) => line.trim().split('\\').at(-1)?.toLowerCase());
    return exitCode === 0 && !names.includes('countersign');
  }

  return sourceOf(read, checkEveryMilliseconds, clock);
}
