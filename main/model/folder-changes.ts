/** The bytes of a file by their number and their SHA-256 (lower-case hex). */
export interface FileState {
  readonly bytes: number;
  readonly sha256: string;
}

/** A file that is not in a copy of a folder what it is in the folder. */
export interface FileChange {
  /** Inside the folder, with slashes between. */
  readonly path: string;
  readonly kind: 'added' | 'changed' | 'deleted';
  /** As it is in the folder now; null: it is not there. */
  readonly before: FileState | null;
  /** As the copy has it; null: it is gone there. */
  readonly after: FileState | null;
  /** It was changed in the folder too, after the copy was made. */
  readonly isChangedInFolder: boolean;
  /** It can be started as a program, which it could not before. */
  readonly becomesProgram: boolean;
}

export interface FolderChanges {
  /** By path. */
  readonly files: readonly FileChange[];
  /** What was made or changed and is never kept: links, sockets, pipes, names that hold line breaks or the like, and what other programs run by themselves. */
  readonly left: readonly string[];
}
