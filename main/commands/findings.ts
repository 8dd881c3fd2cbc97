import { dangers, type CommandWord, type Danger, type ProgramRun, type Unknown } from './description.ts';
import { hostOf } from './hosts.ts';
import { placeOf } from './places.ts';

/** Entries of one kind; what has more is nothing that a person could look through. */
const most = 500;

/** What was found so far in one command line. */
export class Findings {
  readonly programs: ProgramRun[] = [];
  readonly unknowns = new Set<Unknown>();
  readonly hosts = new Set<string>();
  readonly read = new Set<string>();
  readonly written = new Set<string>();
  readonly #dangers = new Map<Danger, string>();
  /** The folder that relative paths are meant from; null: not known (any more). */
  folder: string | null;

  constructor(folder: string | null) {
    this.folder = folder;
  }

  /** False once there are so many that no more are looked at: programs that start others branch without end. */
  addProgram(run: ProgramRun): boolean {
    if (this.programs.length < most) this.programs.push(run);
    else this.unknowns.add('too_large');
    return !this.unknowns.has('too_large');
  }

  addHost(text: string): void {
    const host = hostOf(text);
    if (host !== null) this.#add(this.hosts, host);
  }

  reads(word: CommandWord): void {
    this.#place(this.read, word);
  }

  writes(word: CommandWord): void {
    this.#place(this.written, word);
  }

  /** The first thing that it is done to is kept. */
  warn(kind: Danger, what = ''): void {
    if (!this.#dangers.has(kind)) this.#dangers.set(kind, what);
  }

  get dangers(): readonly { readonly kind: Danger; readonly what: string }[] {
    return dangers.flatMap((kind) => (this.#dangers.has(kind) ? [{ kind, what: this.#dangers.get(kind) ?? '' }] : []));
  }

  #place(places: Set<string>, { hint, value }: CommandWord): void {
    // What another command gives is no name; what begins with a variable is not in the folder.
    if (hint === '{}' || (value === null && /[`(\n]/.test(hint))) return;
    const place = placeOf(hint, value === null && hint.startsWith('$') ? null : this.folder);
    if (place !== null) this.#add(places, place);
  }

  #add(places: Set<string>, text: string): void {
    if (places.size < most) places.add(text);
    else this.unknowns.add('too_large');
  }
}
