import type { ActionId } from '../../preload/contract.ts';
import type { Facts } from '../model/action.ts';
import type { Dispose } from '../model/disposable.ts';
import { contactKey, type ContactKind, type KnownContacts } from '../model/known-contacts.ts';
import { KnownDomains } from '../model/lookalike.ts';
import type { Activity } from './activity.ts';
import type { ActivityEvent } from './event.ts';
import { isDone } from './fold.ts';

/** Somebody an action went to, in the form in which names are compared. */
export interface Contact {
  readonly kind: ContactKind;
  readonly name: string;
}

export interface RecordedContact extends Contact {
  /** Of the event that told that the first such action was done. */
  readonly sequence: number;
}

/**
 * Whom an action goes to, once it is done. What can be taken back stays here: nobody is known by a draft that names them, or
 * by what was only read about them.
 */
export function contactsOf({ effect, isReversible, recipients = [], hosts = [], payee }: Facts): readonly Contact[] {
  const goesOut = effect !== 'read' && !isReversible;
  return [
    ...(goesOut ? recipients.map(({ address }) => contact('address', address)) : []),
    ...hosts.map((host) => contact('host', host)),
    ...(effect === 'pay' && payee !== undefined ? [contact('payee', payee)] : []),
  ];
}

function contact(kind: ContactKind, name: string): Contact {
  return { kind, name: contactKey(kind, name) };
}

/**
 * Where done actions went, kept in memory: read from the record once, then told by its own events, so that nothing waits for
 * the disk because somebody asks.
 */
export class Contacts implements KnownContacts {
  readonly #activity: Pick<Activity, 'contactsSince' | 'onAppended'>;
  readonly #known = new Set<string>();
  readonly #ofPeople = new KnownDomains();
  readonly #ofHosts = new KnownDomains();
  /** Those of actions that are on their way. */
  readonly #open = new Map<ActionId, readonly Contact[]>();
  readonly #stop: Dispose;
  #readTo = 0;
  /** An action ended that began before this app did: the record knows whom it went to. */
  #isBehind = true;
  #reading: Promise<void> | undefined;

  constructor(activity: Pick<Activity, 'contactsSince' | 'onAppended'>) {
    this.#activity = activity;
    this.#stop = activity.onAppended(({ event }) => this.#follow(event));
  }

  /** With all that was recorded before. Rejects when the record cannot be read. */
  async now(): Promise<KnownContacts> {
    while (this.#isBehind || this.#reading !== undefined) await (this.#reading ??= this.#read());
    return this;
  }

  isKnown(kind: ContactKind, name: string): boolean {
    return this.#known.has(keyOf({ kind, name: contactKey(kind, name) }));
  }

  imitatedBy(domain: string): string | null {
    // A page that was read makes no domain one that people are written to.
    return this.#ofPeople.imitatedBy(domain) ?? (this.#ofPeople.has(domain) ? null : this.#ofHosts.imitatedBy(domain));
  }

  close(): void {
    this.#stop();
  }

  async #read(): Promise<void> {
    try {
      this.#isBehind = false;
      for (const { sequence, ...contact } of await this.#activity.contactsSince(this.#readTo)) {
        this.#add(contact);
        this.#readTo = sequence;
      }
    } catch (error) {
      this.#isBehind = true;
      throw error;
    } finally {
      this.#reading = undefined;
    }
  }

  #follow(event: ActivityEvent): void {
    if (event.kind === 'intent' || event.kind === 'edited') this.#open.set(event.action, contactsOf(event.facts));
    if (event.kind !== 'ended') return;
    const contacts = this.#open.get(event.action);
    this.#open.delete(event.action);
    if (!isDone(event.outcome)) return;
    if (contacts === undefined) this.#isBehind = true;
    else contacts.forEach((contact) => this.#add(contact));
  }

  #add(contact: Contact): void {
    const key = keyOf(contact);
    if (this.#known.has(key)) return;
    this.#known.add(key);
    if (contact.kind === 'address') this.#ofPeople.add(contact.name.slice(contact.name.lastIndexOf('@') + 1));
    if (contact.kind === 'host') this.#ofHosts.add(contact.name);
  }
}

function keyOf({ kind, name }: Contact): string {
  return `${kind} ${name}`;
}
