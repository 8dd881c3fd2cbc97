import { join } from 'node:path';
import type { FileChange, FolderChanges } from '../model/folder-changes.ts';
import { runsByItself } from '../sandbox/autorun.ts';
import { isSameEntry, stateOf, type Tree } from './tree.ts';

/** Both folders as they were when the copy was made. */
export interface Base {
  readonly folder: Tree;
  readonly copy: Tree;
}

export interface Place {
  readonly path: string;
  readonly tree: Tree;
}

/** Compares a copy with its folder: whatever changed in the folder alone is no change of the copy's. */
export async function readChanges(base: Base, folder: Place, copy: Place): Promise<FolderChanges> {
  const files: FileChange[] = [];
  const left: string[] = [];
  const paths = [...new Set([...base.copy.keys(), ...copy.tree.keys()])].filter((path) => !isSameEntry(base.copy.get(path), copy.tree.get(path))).sort();
  for (const path of paths) {
    const [inCopy, inFolder] = [copy.tree.get(path), folder.tree.get(path)];
    if (inCopy === undefined && inFolder === undefined) continue;
    if (!isPlain(inCopy) || !isPlain(inFolder) || !isKeepable(path) || isUnderFile(path, folder.tree)) {
      left.push(path);
      continue;
    }
    const [before, after] = [await stateOf(join(folder.path, path)), await stateOf(join(copy.path, path))];
    const becomesProgram = inCopy?.kind === 'file' && inCopy.isProgram && !(inFolder?.kind === 'file' && inFolder.isProgram);
    if (before?.sha256 === after?.sha256 && !becomesProgram) continue;
    files.push({
      path,
      kind: before === null ? 'added' : after === null ? 'deleted' : 'changed',
      before,
      after,
      isChangedInFolder: !isSameEntry(base.folder.get(path), inFolder),
      becomesProgram,
    });
  }
  return { files, left };
}

function isPlain(entry: ReturnType<Tree['get']>): boolean {
  return entry === undefined || entry.kind === 'file';
}

/** No name that could not be shown as it is, that is not valid Unicode and was read as something else, or that would run by itself. */
function isKeepable(path: string): boolean {
  return !/\p{Cc}|[\u{2028}\u{2029}\u{FFFD}\\]/u.test(path) && !runsByItself(path);
}

/** Where a file or a link stands in the way of one of its folders. */
function isUnderFile(path: string, tree: Tree): boolean {
  const steps = path.split('/');
  return steps.some((_step, index) => index > 0 && tree.has(steps.slice(0, index).join('/')));
}
