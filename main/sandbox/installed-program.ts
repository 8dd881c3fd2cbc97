import { access, open, realpath, stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join } from 'node:path';
import { isWithin } from './folders.ts';

/** Where programs lie that every run may see. */
export const systemProgramFolders: readonly string[] = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/local/sbin', '/usr/sbin', '/sbin', ...(process.platform === 'darwin' ? ['/opt/homebrew/bin'] : [])];
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/opt', '/nix/store'];

export interface InstalledProgram {
  readonly program: string;
  /** Folders that a run has to see to start it: where it is installed, and what it is started with. */
  readonly readable: readonly string[];
  /** Folders of programs that it may need, for its `PATH`. */
  readonly folders: readonly string[];
}

/** Folders in a home that hold far more than one program. */
const wideFolders = ['.local', '.config', '.cache', '.local/share', 'Library', 'AppData', 'Documents', 'Downloads', 'Desktop'];

/**
 * Finds a program as the person's own shell would, and what of their home has to be seen to run it. Undefined: it is not
 * there, or is no program.
 */
export async function findInstalledProgram(name: string, path: string, home: string, depth = 0): Promise<InstalledProgram | undefined> {
  const program = isAbsolute(name) ? ((await isProgram(name)) ? name : undefined) : name.includes('/') ? undefined : await along(name, path);
  if (program === undefined) return undefined;
  const real = await realpath(program);
  const readable = new Set<string>();
  const folders = new Set<string>([dirname(program)]);
  for (const place of new Set([program, real])) {
    if (systemFolders.some((folder) => isWithin(folder, place))) continue;
    const installed = installFolder(place);
    // Of a folder with much else in it the file alone is enough to see.
    readable.add(isTooWide(installed, home) ? place : installed);
  }
  const interpreter = depth > 1 ? undefined : await interpreterOf(real);
  const started = interpreter === undefined ? undefined : await findInstalledProgram(interpreter, path, home, depth + 1);
  if (interpreter !== undefined && started === undefined) return undefined;
  for (const one of started?.readable ?? []) readable.add(one);
  for (const one of started?.folders ?? []) folders.add(one);
  return { program, readable: [...readable].filter((one) => ![...readable].some((other) => other !== one && isWithin(other, one))), folders: [...folders] };
}

async function along(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) if (isAbsolute(folder) && (await isProgram(join(folder, name)))) return join(folder, name);
  return undefined;
}

async function isProgram(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() !== true) return false;
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** `prefix` of `prefix/bin/x`; otherwise the package that it lies in, or its folder. */
function installFolder(path: string): string {
  const folder = dirname(path);
  if (basename(folder) === 'bin') return dirname(folder);
  const modules = path.lastIndexOf('/node_modules/');
  return modules === -1 ? folder : path.slice(0, modules + '/node_modules'.length);
}

function isTooWide(folder: string, home: string): boolean {
  return folder === '/' || isWithin(folder, home) || wideFolders.some((wide) => join(home, wide) === folder);
}

/** What the first line of a script names; through `env` too. */
async function interpreterOf(path: string): Promise<string | undefined> {
  const file = await open(path);
  await using _closing = file;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(256), 0, 256, 0);
  const [line = ''] = buffer.subarray(0, bytesRead).toString('latin1').split('\n', 1);
  if (!line.startsWith('#!')) return undefined;
  const words = line.slice(2).trim().split(/\s+/);
  if (basename(words[0] ?? '') !== 'env') return words[0];
  return words.slice(1).find((word) => !word.startsWith('-') && !word.includes('='));
}
