import { isDeepStrictEqual } from 'node:util';
import type { ActivityEntry, Locale, Snapshot } from '../../preload/contract.ts';
import { say } from '../model/say.ts';
import type { TrayState } from '../shell/shell.ts';
import type { Services } from './services.ts';

const eventsInMenu = 3;

/** Shows in the tray what a snapshot says, at once; the last events follow when the record has told them. Sets nothing twice in the same language. */
export class TrayKeeper {
  readonly #services: Pick<Services, 'activity' | 'shell' | 'text' | 'report'>;
  #latest: Snapshot | undefined;
  #recent: readonly ActivityEntry[] = [];
  /** How far the record had grown when the last events were asked for. */
  #askedAt = -1;
  #isAsking = false;
  #shown: { readonly state: TrayState; readonly locale: Locale } | undefined;

  constructor(services: Pick<Services, 'activity' | 'shell' | 'text' | 'report'>) {
    this.#services = services;
  }

  show(snapshot: Snapshot): void {
    this.#latest = snapshot;
    this.#set(snapshot);
    void this.#askRecent();
  }

  /** One question at a time; what the record grew by meanwhile is asked for next. */
  async #askRecent(): Promise<void> {
    const { activity, report } = this.#services;
    while (!this.#isAsking && this.#latest !== undefined && this.#latest.status.activityRevision !== this.#askedAt) {
      this.#isAsking = true;
      this.#askedAt = this.#latest.status.activityRevision;
      try {
        this.#recent = await activity.recent(eventsInMenu);
        this.#set(this.#latest);
      } catch (error) {
        report(`The last events could not be shown in the tray: ${String(error)}`);
      } finally {
        this.#isAsking = false;
      }
    }
  }

  #set({ status, approvals, held, locale }: Snapshot): void {
    const { text, shell } = this.#services;
    const state: TrayState = {
      state: status.tray,
      waiting: approvals.filter(({ answer }) => answer === null).length,
      secondSignatures: approvals.filter(({ answer, signing }) => answer === null && signing?.people === 2 && signing.signed.length === 1).length,
      isPaused: status.isPaused,
      held: held.map(({ action, summary }) => ({ action, line: text(say('tray.menu.undo', { summary: text(summary) })) })),
      recent: this.#recent.map(({ agent, sentence }) => text(say('tray.recent', { agent: agent?.name ?? '', sentence: text(sentence) }))),
    };
    if (isDeepStrictEqual({ state, locale }, this.#shown)) return;
    this.#shown = { state, locale };
    shell.setTray(state);
  }
}
