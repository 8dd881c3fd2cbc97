import type { DatabaseSync } from 'node:sqlite';
import { StateOpenError } from './state-open-error.ts';

/** A feature's own tables. Its version is the number of migrations; a migration that shipped never changes. */
export interface Component {
  readonly component: string;
  readonly migrations: readonly string[];
}

/**
 * Applies what is missing, each migration in a transaction of its own together with its version, so that a crash in the
 * middle leaves the state of the last complete one. Every version is checked before anything is written.
 * @throws {StateOpenError} `newer` when the file holds a component or a version that this app does not know.
 */
export function migrate(database: DatabaseSync, components: readonly Component[]): void {
  const names = components.map(({ component }) => component);
  if (new Set(names).size !== names.length) throw new Error(`A state component is named twice: ${names.join(', ')}`);

  database.exec('CREATE TABLE IF NOT EXISTS schema_migrations (component TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT, WITHOUT ROWID');
  const versions = readVersions(database);
  const known = new Map(components.map(({ component, migrations }) => [component, migrations.length]));
  for (const [component, version] of versions) {
    if (version > (known.get(component) ?? 0)) throw StateOpenError.newer(component, version);
  }
  for (const { component, migrations } of components) {
    for (let version = versions.get(component) ?? 0; version < migrations.length; version += 1) {
      apply(database, component, version + 1, migrations[version] ?? '');
    }
  }
}

function readVersions(database: DatabaseSync): Map<string, number> {
  const versions = new Map<string, number>();
  for (const row of database.prepare('SELECT component, version FROM schema_migrations').iterate()) {
    versions.set(String(row['component']), Number(row['version']));
  }
  return versions;
}

function apply(database: DatabaseSync, component: string, version: number, sql: string): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(sql);
    database
      .prepare('INSERT INTO schema_migrations (component, version) VALUES (?, ?) ON CONFLICT (component) DO UPDATE SET version = excluded.version')
      .run(component, version);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw StateOpenError.migration(component, version, error);
  }
}
