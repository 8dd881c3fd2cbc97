import { lstat, mkdir } from 'node:fs/promises';

/** What is wrong with the folder of a socket; `missing` is wrong only for a command, never for the app. */
export type FolderProblem = 'missing' | 'symlink' | 'not_a_folder' | 'another_owner' | 'open_to_others';

/**
 * Whether a folder is this person's alone: no symbolic link, owned by this user, mode 0700. Whoever can reach a socket
 * in it is this user (or root). Undefined when all is well.
 */
export async function checkSocketFolder(folder: string): Promise<FolderProblem | undefined> {
  const stats = await lstat(folder).catch(() => undefined);
  if (stats === undefined) return 'missing';
  if (stats.isSymbolicLink()) return 'symlink';
  if (!stats.isDirectory()) return 'not_a_folder';
  if (process.getuid !== undefined && stats.uid !== process.getuid()) return 'another_owner';
  return (stats.mode & 0o077) === 0 ? undefined : 'open_to_others';
}

/** Makes the folder when it is missing, then checks it. */
export async function makeSocketFolder(folder: string): Promise<FolderProblem | undefined> {
  // A folder that is there already keeps its mode and is judged as it is.
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined);
  return await checkSocketFolder(folder);
}

/** For the person who runs a command or starts the app. Names no path. */
export function folderProblemText(problem: FolderProblem): string {
  switch (problem) {
    case 'missing':
      return 'Countersign is not running.';
    case 'symlink':
    case 'not_a_folder':
      return 'The folder of Countersign’s socket is not a real folder, so it cannot be trusted. Remove it and start Countersign again.';
    case 'another_owner':
      return 'The folder of Countersign’s socket belongs to another user, so it cannot be trusted. Remove it and start Countersign again.';
    case 'open_to_others':
      return 'The folder of Countersign’s socket is open to other users, so it cannot be trusted. Set its mode to 0700 and start Countersign again.';
  }
}
