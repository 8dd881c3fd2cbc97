import type { State } from './state.ts';

export const anchorMigrations: readonly string[] = [
  'CREATE TABLE activity_anchor (only INTEGER PRIMARY KEY CHECK (only = 1), sequence INTEGER NOT NULL, hash TEXT NOT NULL) STRICT',
];

interface Point {
  readonly sequence: number;
  readonly hash: string;
}

/** Keeps the newest point of the record's chain in the other database, so that a record cut short or written anew shows. */
export function activityAnchor({ database }: State): { read(): Promise<Point | null>; write(point: Point): Promise<void> } {
  const select = database.prepare('SELECT sequence, hash FROM activity_anchor');
  const save = database.prepare(
    'INSERT INTO activity_anchor (only, sequence, hash) VALUES (1, ?, ?) ON CONFLICT (only) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash',
  );
  return {
    read() {
      const row = select.get();
      return Promise.resolve(row ? { sequence: Number(row['sequence']), hash: String(row['hash']) } : null);
    },
    write({ sequence, hash }) {
      save.run(sequence, hash);
      return Promise.resolve();
    },
  };
}
