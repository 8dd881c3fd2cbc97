import { isDeepStrictEqual } from 'node:util';
import type { ActivityEntry, Snapshot } from '../../preload/contract.ts';
import { say } from '../model/say.ts';
import type { TrayState } from '../shell/shell.ts';
import type { FormatText } from '../text/text.ts';
import type { Services } from './services.ts';

const eventsInMenu = 3;

/** Shows in the tray what a snapshot says, at once; the last events follow when the record has told them. Sets nothing twice. */
export class TrayKeeper {
  readonly #services: Pick<Services, 'activity' | 'shell' | 'report'>;
  readonly #text: FormatText;
  #latest: Snapshot | undefined;
  #recent: readonly ActivityEntry[] = [];
  /** How far the record had grown when the last events were asked for. */
  #askedAt = -1;
  #isAsking = false;
  #shown: TrayState | undefined;

  constructor(services: Pick<Services, 'activity' | 'shell' | 'report'>, text: FormatText) {
    this.#services = services;
    this.#text = text;
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

  #set({ status, approvals, held }: Snapshot): void {
    const state: TrayState = {
      state: status.tray,
      waiting: approvals.filter(({ answer }) => answer === null).length,
      secondSignatures: approvals.filter(({ answer, signing }) => answer === null && signing?.people === 2 && signing.signed.length === 1).length,
      isPaused: status.isPaused,
      held: held.map(({ action, summary }) => ({ action, line: this.#text(say('tray.menu.undo', { summary: this.#text(summary) })) })),
      recent: this.#recent.map(({ agent, sentence }) => this.#text(say('tray.recent', { agent: agent?.name ?? '', sentence: this.#text(sentence) }))),
    };
    if (isDeepStrictEqual(state, this.#shown)) return;
    this.#shown = state;
    this.#services.shell.setTray(state);
  }
}
