import type { DatabaseSync } from 'node:sqlite';
import { approverId, type Approver, type ApproverId } from '../../preload/contract.ts';
import type { Clock } from '../model/clock.ts';
import { Emitter, type Dispose } from '../model/disposable.ts';

/** Who may sign beside others. One on another computer, or a company's own, fits in its place. */
export interface ApproverDirectory {
  /** In the order people read them. */
  list(): readonly Approver[];
  onChange(listener: () => void): Dispose;
}

/** More people than that share no computer. */
export const mostApprovers = 50;

/** The people of this computer who may sign: those whom the organization names, or else those whom its person added. */
export class Approvers implements ApproverDirectory {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #changed = new Emitter<void>();
  #managed: readonly Approver[];

  constructor(database: DatabaseSync, clock: Clock, managed: readonly Approver[]) {
    this.#database = database;
    this.#clock = clock;
    this.#managed = managed;
  }

  /** The organization says who; nobody else can be added then. */
  get isManaged(): boolean {
    return this.#managed.length > 0;
  }

  list(): readonly Approver[] {
    return this.isManaged ? this.#managed : this.#own();
  }

  find(id: ApproverId): Approver | undefined {
    return this.list().find((approver) => approver.id === id);
  }

  /** Whether somebody is called that, however it is written. */
  isTaken(name: string): boolean {
    return this.list().some((approver) => nameKey(approver.name) === nameKey(name));
  }

  add(id: string, name: string): Approver {
    const approver: Approver = { id: approverId.parse(id), name, groups: [] };
    this.#database.prepare('INSERT INTO approvers VALUES (?, ?, ?)').run(approver.id, name, this.#clock.now());
    this.#changed.emit();
    return approver;
  }

  /** A managed one stays: only its passcode can be taken away. */
  remove(id: ApproverId): void {
    this.#database.prepare('DELETE FROM approvers WHERE id = ?').run(id);
    this.#changed.emit();
  }

  setManaged(managed: readonly Approver[]): void {
    this.#managed = managed;
    this.#changed.emit();
  }

  onChange(listener: () => void): Dispose {
    return this.#changed.on(listener);
  }

  #own(): readonly Approver[] {
    const rows = this.#database.prepare('SELECT id, name FROM approvers ORDER BY added_at, rowid').all();
    return rows.map((row) => ({ id: approverId.parse(row['id']), name: String(row['name']), groups: [] }));
  }
}

function nameKey(name: string): string {
  return name.normalize('NFKC').trim().toLocaleLowerCase('en');
}
