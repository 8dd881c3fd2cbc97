import { createInterface, type Interface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { snapshot as snapshotSchema, type Approval } from '../../../preload/contract.ts';
import { Emitter, type Dispose } from '../../model/disposable.ts';
import { say } from '../../model/say.ts';
import type { Shell, ShellHost } from '../shell.ts';
import { isForBrowser } from '../external-address.ts';
import { cardText } from './card-text.ts';

/** The console has no page; it speaks to the same checked calls under this origin. */
export const consoleOrigin = 'console://app';

export interface ConsoleOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** False without a terminal: then everything that needs a person is refused. */
  readonly isTerminal: boolean;
  /** What the environment prefers (BCP 47 tags, best first). */
  readonly languages: readonly string[];
}

/** No screen: asks on the terminal, one question at a time, or refuses. */
export class ConsoleShell implements Shell {
  readonly kind = 'console';
  readonly canAsk: boolean;
  readonly #options: ConsoleOptions;
  readonly #quit = new Emitter<void>();
  #unsubscribe: Dispose = () => undefined;
  #terminal: Interface | undefined;
  #host: ShellHost | undefined;
  #isAsking = false;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    this.canAsk = options.isTerminal;
  }

  systemLanguages(): readonly string[] {
    return this.#options.languages;
  }

  start(host: ShellHost): Promise<void> {
    this.#host = host;
    if (!this.canAsk) return Promise.resolve();
    this.#terminal = createInterface({ input: this.#options.input, output: this.#options.output });
    this.#terminal.on('close', () => this.#quit.emit());
    this.#unsubscribe = host.onEvent((name) => {
      if (name === 'patch') this.#askSoon();
    });
    return Promise.resolve();
  }

  setTray(): void {
    // The questions themselves are what the console shows.
  }

  showWindow(): void {
    this.#askSoon();
  }

  hideWindow(): void {
    // There is no window.
  }

  notify(): void {
    this.#askSoon();
  }

  /** It cannot ask: what is held stays for the next start. */
  confirmQuit(): Promise<boolean> {
    return Promise.resolve(true);
  }

  setOpenAtLogin(): void {
    // Only the installed app opens at login.
  }

  openExternal(url: URL): Promise<boolean> {
    if (!this.canAsk || this.#host === undefined || !isForBrowser(url)) return Promise.resolve(false);
    this.#options.output.write(`\n${this.#host.text(say('console.openInBrowser'))}\n${url.href}\n`);
    return Promise.resolve(true);
  }

  onQuit(listener: () => void): Dispose {
    return this.#quit.on(listener);
  }

  onScreenLock(): Dispose {
    // A terminal hears nothing of it.
    return () => undefined;
  }

  close(): Promise<void> {
    this.#unsubscribe();
    this.#terminal?.close();
    return Promise.resolve();
  }

  #askSoon(): void {
    this.#askNext().catch((error: unknown) => this.#options.output.write(`A question could not be shown: ${String(error)}\n`));
  }

  /** One after the other; a question that ended meanwhile is told so by the answer's own problem. */
  async #askNext(): Promise<void> {
    const host = this.#host;
    const terminal = this.#terminal;
    if (this.#isAsking || !host || !terminal) return;
    this.#isAsking = true;
    try {
      for (let next = await this.#oldest(host); next; next = await this.#oldest(host)) await this.#ask(host, terminal, next);
    } finally {
      this.#isAsking = false;
    }
  }

  async #oldest(host: ShellHost): Promise<Approval | undefined> {
    const known = snapshotSchema.parse(await host.dispatch(sender, 'getSnapshot', undefined));
    return known.approvals.find(({ answer }) => answer === null);
  }

  async #ask(host: ShellHost, terminal: Interface, { id, digest, card, signing }: Approval): Promise<void> {
    this.#options.output.write(`\n${cardText(card, host)}\n`);
    const asksNumber = card.asksNumber === true;
    const typed = (await terminal.question(`${host.text(say(asksNumber ? 'console.numberQuestion' : 'console.question'))} `)).trim().toLowerCase();
    const isYes = asksNumber ? /^\d{2}$/.test(typed) : typed === 'approve';
    const answer = isYes ? 'approve' : 'deny';
    const given = { id, digest, answer, isConfirmed: isYes, reason: null, ...(asksNumber && isYes ? { number: Number(typed) } : {}) };
    const result = await host.dispatch(sender, 'answerApproval', given);
    this.#options.output.write(`${host.text(outcomeOf(answer, signing !== undefined, result))}\n`);
  }
}

const sender = { origin: consoleOrigin, isTopFrame: true };

function outcomeOf(answer: 'approve' | 'deny', isToSign: boolean, result: unknown): Parameters<ShellHost['text']>[0] {
  const isRefused = typeof result === 'object' && result !== null && 'ok' in result && result.ok === false;
  if (isRefused && isToSign) return say('console.toSign');
  if (isRefused) return say('console.tooLate');
  return say(answer === 'approve' ? 'console.approved' : 'console.denied');
}
