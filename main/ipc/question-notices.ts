import type { Approval } from '../../preload/contract.ts';
import type { Dispose } from '../model/disposable.ts';
import { say } from '../model/say.ts';
import type { Services } from './services.ts';

/** Milliseconds for which questions of one kind are gathered before they are told: those of one stack come at once. */
export const gatherMs = 500;

type Parts = Pick<Services, 'approvals' | 'clock' | 'settings' | 'shell' | 'text'>;

/**
 * The system's notifications of what waits: one for a question, and one for a stack, however many lie on it and join it later.
 * The tray and the window tell how many there are by then.
 */
export class QuestionNotices {
  readonly #parts: Parts;
  /** Stacks that were told, or are about to be, with what stops the telling. */
  readonly #told = new Map<string, Dispose>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** To be called once a question waits. */
  asked(approval: Approval): void {
    const { clock } = this.#parts;
    const key = approval.stack?.key;
    if (key === undefined) return this.#tell([approval]);
    for (const told of this.#told.keys()) if (this.#on(told).every(({ id }) => id === approval.id)) this.#forget(told);
    if (this.#told.has(key)) return undefined;
    this.#told.set(key, clock.after(gatherMs, () => this.#tell(this.#on(key))));
    return undefined;
  }

  /** Tells nothing from here on. */
  close(): void {
    for (const key of this.#told.keys()) this.#forget(key);
  }

  #on(key: string): readonly Approval[] {
    return this.#parts.approvals.waiting().filter(({ stack }) => stack?.key === key);
  }

  #forget(key: string): void {
    this.#told.get(key)?.();
    this.#told.delete(key);
  }

  #tell(approvals: readonly Approval[]): void {
    const { settings, shell, text } = this.#parts;
    const [first] = approvals;
    if (first === undefined || !settings.get().notifications) return;
    const { agent, card, connectionName, stack } = first;
    const values = { agent: agent.name, connection: connectionName ?? '', count: approvals.length, effect: stack?.effect ?? 'other' };
    const [title, body] = approvals.length === 1 ? [card.headline, card.summary] : [say('stack.headline', values), say('stack.summary', values)];
    shell.notify({ title: text(title), body: text(body), opens: 'approval' });
  }
}
