import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startKeyring, type Keyring } from '../fixtures/keyring/keyring.ts';
import { startMailServers, type MailServers } from '../fixtures/mail/index.ts';
import { newHome, RunningApp } from './running-app.ts';

export const people = { dana: 'dana@acme.example', bo: 'bo@acme.example', ana: 'ana@northwind.example' } as const;
export const password = 'correct horse battery staple';

export interface CompanyOptions {
  readonly settings?: object;
  readonly agents?: readonly { readonly id: string; readonly name: string; readonly connections: null }[];
}

/** A company for one story: a mail server, a keychain, and Countersign with an account, on the real thing. */
export class Company {
  readonly mail: MailServers;
  readonly home: string;
  readonly #keyring: Keyring;
  readonly #removeHome: () => Promise<void>;
  readonly #options: CompanyOptions;
  app!: RunningApp;

  private constructor(mail: MailServers, keyring: Keyring, home: string, removeHome: () => Promise<void>, options: CompanyOptions) {
    this.mail = mail;
    this.#keyring = keyring;
    this.home = home;
    this.#removeHome = removeHome;
    this.#options = options;
  }

  static async open(options: CompanyOptions = {}): Promise<Company> {
    const [mail, keyring, home] = await Promise.all([
      startMailServers({ users: Object.values(people).map((address) => ({ address, password })) }),
      startKeyring(),
      newHome(),
    ]);
    const company = new Company(mail, keyring, home.path, () => home.remove(), options);
    await writeFile(join(home.path, 'mail-ca.pem'), mail.ca);
    await company.start();
    return company;
  }

  /** Starts the app, or starts it again on the same state. */
  async start(): Promise<void> {
    const { settings = {}, agents = [{ id: 'marketing', name: 'Marketing Claw', connections: null }] } = this.#options;
    this.app = await RunningApp.start({
      home: this.home,
      env: { DBUS_SESSION_BUS_ADDRESS: this.#keyring.env['DBUS_SESSION_BUS_ADDRESS'], NODE_EXTRA_CA_CERTS: join(this.home, 'mail-ca.pem') },
      managed: {
        organization: { name: 'Acme', contact: 'it-help@acme.example' },
        agents,
        policy: [
          '@id("no-rival") @title("Nothing goes to rival.example")',
          'forbid (principal, action == Action::"invokeTool", resource)',
          'when { context.facts has recipientDomains && context.facts.recipientDomains.contains("rival.example") };',
        ],
        settings: { ownDomains: ['acme.example'], sendHoldSeconds: 1, answerWithinSeconds: 60, clientWaitSeconds: 5, isFirstRunDone: true, ...settings },
      },
    });
  }

  /** Sets Dana's account up through the app's own call, which signs in to both servers. */
  async addAccount(): Promise<void> {
    const { imap, smtp } = this.mail;
    const added = await this.app.call('addEmailConnection', { name: 'Work mail', address: people.dana, user: people.dana, password, imap, smtp });
    if (!added.ok) throw new Error(`The account was not accepted: ${JSON.stringify(added.problem)}`);
  }

  /** How many mails with that subject somebody has. */
  async received(subject: string, address: string = people.ana): Promise<number> {
    return (await this.mail.inbox(address)).filter((mail) => mail.subject === subject).length;
  }

  async close(): Promise<void> {
    await this.app.stop();
    await this.mail.stop();
    await this.#keyring.stop();
    await this.#removeHome();
  }
}

/** A mail to Ana outside of the company, with a copy to Bo. */
export function email(subject: string, to: string = people.ana) {
  return { to: [to], cc: [people.bo], subject, text: 'Hi Ana,\n\nas promised, here is our price list for the third quarter.\n\nBest,\nDana' };
}
