import type { Findings } from '../long-run/findings.ts';
import type { Deed } from '../long-run/journal.ts';
import type { Ending, Json } from '../long-run/wire.ts';

/** What an agent may conclude from an answer. */
type Told =
  /** Done, with its own answer. */
  | 'done'
  /** It may or may not have been done. */
  | 'uncertain'
  /** Nothing was done. */
  | 'not done'
  | 'cancelled'
  | 'lost';

interface Entry {
  readonly what: string;
  readonly connection: string;
  told: Told | undefined;
}

/** What was asked, what was told, and at the end what really happened. */
export class Ledger {
  readonly #run: string;
  readonly #findings: Findings;
  readonly #entries = new Map<string, Entry>();
  readonly #texts = new Map<string, number>();
  #lists = 0;

  /** `run`: what every id begins with. */
  constructor(run: string, findings: Findings) {
    this.#run = run;
    this.#findings = findings;
  }

  get count(): number {
    return this.#entries.size + this.#lists;
  }

  open(what: string, connection: string): string {
    const id = `${this.#run}-${this.#entries.size}`;
    this.#entries.set(id, { what, connection, told: undefined });
    return id;
  }

  close(id: string, ending: Ending): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new Error(`There is no call ${id}.`);
    if (entry.told !== undefined) this.#findings.add('A call ended twice', id);
    entry.told = this.#read(id, entry, ending);
  }

  listed(method: string, ending: Ending): void {
    this.#lists += 1;
    if (ending.kind !== 'result') this.#findings.add('A list was refused', `${method}: ${JSON.stringify(ending).slice(0, 300)}`);
  }

  /** How many calls were told what. */
  tally(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>([['lists', this.#lists]]);
    for (const { told } of this.#entries.values()) counts.set(told ?? 'open', (counts.get(told ?? 'open') ?? 0) + 1);
    return counts;
  }

  /** Every text of an answer that was no success, numbers left out, by how often it came. */
  texts(): ReadonlyMap<string, number> {
    return this.#texts;
  }

  /** Compares what was told with what a service wrote down. */
  compare(connection: string, deeds: readonly Deed[]): void {
    const done = new Map<string, number>();
    for (const { name, arguments: given } of deeds) {
      const id = name.startsWith('soak://') ? name.slice('soak://'.length) : String(given['id']);
      done.set(id, (done.get(id) ?? 0) + 1);
    }
    for (const [id, times] of done) {
      const entry = this.#entries.get(id);
      if (entry === undefined || entry.connection !== connection) this.#findings.add('A service did what nobody asked of it', `${connection}: ${id}`);
      if (times > 1) this.#findings.add('A call was done more than once', `${id}, told as ${String(entry?.told)}: ${times} times`);
      if (entry?.told === 'not done') this.#findings.add('A call was told as not done, and was done', `${id} (${entry.what})`);
    }
    for (const [id, { connection: own, told, what }] of this.#entries) {
      if (own === connection && told === 'done' && !done.has(id)) this.#findings.add('A call was told as done, and was not', `${id} (${what})`);
      if (own === connection && (told === undefined || told === 'lost')) this.#findings.add('An answer was lost', `${id} (${what})`);
    }
  }

  #read(id: string, { what }: Entry, ending: Ending): Told {
    switch (ending.kind) {
      case 'cancelled':
        return 'cancelled';
      case 'lost':
        this.#note(`lost: ${ending.how}`);
        return 'lost';
      case 'error':
        return this.#readError(id, what, ending.error);
      case 'result':
        return this.#readResult(id, what, ending.result);
    }
  }

  #readError(id: string, what: string, { code, message, data }: Json): Told {
    if (what === 'refuse' && String(message).includes(`Refused ${id}.`)) return 'not done';
    this.#note(`${what}, ${String(code)}: ${String(message)}`);
    const { outcome } = (data ?? {}) as Json;
    return outcome === 'unknown' ? 'uncertain' : 'not done';
  }

  #readResult(id: string, what: string, result: Json): Told {
    const { content, contents, messages, isError, structuredContent } = result;
    const { outcome } = (structuredContent ?? {}) as Json;
    const text = JSON.stringify(content ?? contents ?? messages);
    if (isError === true && what !== 'fail') this.#note(`${what}: ${text}`);
    if (outcome === 'unknown') return 'uncertain';
    if (outcome !== undefined) {
      if (what === 'fail') this.#note(`${what}: ${text}`);
      return 'not done';
    }
    // The id ends where its quote ends, so that no other id of the run passes for it.
    if (!text.includes(`${id}"`)) this.#findings.add('An answer belongs to another call', `${id} (${what}): ${text.slice(0, 300)}`);
    if ((isError === true) !== (what === 'fail')) this.#findings.add('An error was told as a success, or a success as an error', `${id} (${what}): ${text.slice(0, 300)}`);
    return 'done';
  }

  #note(text: string): void {
    const plain = text.replaceAll(new RegExp(`${this.#run}-\\d+`, 'g'), 'ID').replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ACTION').replaceAll(/\d+/g, 'N');
    this.#texts.set(plain, (this.#texts.get(plain) ?? 0) + 1);
  }
}
