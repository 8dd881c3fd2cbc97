export const signatureMigrations: readonly string[] = [
  `CREATE TABLE passcodes (
    holder TEXT PRIMARY KEY,
    salt BLOB NOT NULL,
    hash BLOB NOT NULL,
    log_cost INTEGER NOT NULL,
    block_size INTEGER NOT NULL,
    parallelization INTEGER NOT NULL,
    set_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE passcode_tries (holder TEXT PRIMARY KEY, failed INTEGER NOT NULL, wait_until INTEGER NOT NULL) STRICT;
  CREATE TABLE approvers (id TEXT PRIMARY KEY, name TEXT NOT NULL, added_at INTEGER NOT NULL) STRICT;`,
];
