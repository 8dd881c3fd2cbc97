import type { Findings } from '../long-run/findings.ts';

/** Milliseconds within which whatever is due must have come. It tells a hang from a busy machine, not fast from slow. */
const dueWithin = 45_000;

/** What no agent may read, whatever it sent: where code runs, and errors of what we are built on. */
const innards = /node_modules|file:\/\/\/[^"]*\.ts|\.ts:\d+|\n? {4}at |SQLITE_|ERR_[A-Z]+_|ECONN|TypeError|RangeError|ReferenceError|SyntaxError|Countersign had an internal error|"code":-32603/;

/** Looks at everything that is answered, and counts it. */
export class Judge {
  readonly findings: Findings;
  readonly #secrets: readonly string[];
  readonly #tally = new Map<string, number>();

  /** `secrets`: texts that no answer may hold: keys, the tokens of others, the paths of this machine. */
  constructor(findings: Findings, secrets: readonly string[]) {
    this.findings = findings;
    this.#secrets = secrets;
  }

  /** `from`: what is told with a finding, so that it can be repeated. */
  text(text: string, from: string): void {
    for (const secret of this.#secrets) if (text.includes(secret)) this.findings.add('A secret or a path reached an agent', `${from}: ${excerpt(text, text.indexOf(secret))}`);
    const found = innards.exec(text);
    if (found !== null) this.findings.add('Innards reached an agent', `${from}: ${excerpt(text, found.index)}`);
  }

  count(what: string): void {
    this.#tally.set(what, (this.#tally.get(what) ?? 0) + 1);
  }

  get tally(): ReadonlyMap<string, number> {
    return this.#tally;
  }
}

function excerpt(text: string, at: number): string {
  return JSON.stringify(text.slice(Math.max(0, at - 120), at + 200));
}

/** True when it came to pass in time. */
export async function inTime(due: Promise<unknown>): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), dueWithin);
  try {
    return await Promise.race([due.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A call that is right in everything, sent between the broken ones: the arguments of `echo`, and whether that is its answer. */
export function isEchoOf(id: string, result: unknown): boolean {
  const text = JSON.stringify(result ?? null);
  return text.includes(`{"type":"text","text":${JSON.stringify(id)}}`) && text.includes('[secret removed]') && !text.includes('"isError":true');
}
