import type { Approver, Message, Status } from '../preload/contract.ts';
import type { ManagedConnection as KeptConnection } from './connections/connection-store.ts';
import type { ManagedSettings } from './managed/managed-settings.ts';
import type { ManagedRead, ManagedSource } from './managed/managed-source.ts';
import { Emitter, type Dispose } from './model/disposable.ts';
import { say } from './model/say.ts';
import { hostRules } from './policy/host-rules.ts';
import type { OrganizationPolicy } from './policy/policy.ts';

/** Not Cedar on purpose: policy that cannot be read denies everything. */
const unreadablePolicy: OrganizationPolicy = { text: 'unreadable', contact: null };

/** What the organization delivered, for every service that heeds it. Unreadable settings deny everything. */
export class Organization {
  readonly #changed = new Emitter<void>();
  #read: ManagedRead;
  #stop: Dispose = () => undefined;

  private constructor(read: ManagedRead) {
    this.#read = read;
  }

  static async open(source: ManagedSource): Promise<Organization> {
    const organization = new Organization(await source.read());
    organization.#stop = source.watch((read) => {
      organization.#read = read;
      organization.#changed.emit();
    });
    return organization;
  }

  /** False while what was delivered cannot be read: then everything is refused, and what was known before stays. */
  get isKnown(): boolean {
    return this.#read.state === 'ok' || this.#read.state === 'absent';
  }

  get settings(): ManagedSettings | null {
    return this.#read.state === 'ok' ? this.#read.settings : null;
  }

  get contact(): string | null {
    return this.settings?.organization?.contact ?? null;
  }

  get managedBy(): Status['managedBy'] {
    return this.settings?.organization ?? null;
  }

  get policy(): OrganizationPolicy | null {
    if (this.#read.state === 'absent') return null;
    const { settings } = this;
    if (this.#read.state !== 'ok' || settings === null) return unreadablePolicy;
    const texts = [...(settings.policy === null ? [] : [settings.policy]), ...hostRules(settings.network, 'company')];
    return texts.length === 0 ? null : { text: texts.join('\n\n'), contact: this.contact };
  }

  get agents(): ManagedSettings['agents'] {
    return this.settings?.agents ?? [];
  }

  get profiles(): ManagedSettings['profiles'] {
    return this.settings?.profiles ?? [];
  }

  get approvers(): readonly Approver[] {
    return this.settings?.approvers ?? [];
  }

  /** What cannot be read may forbid it. */
  get mayResetPasscode(): boolean {
    return this.isKnown && this.settings?.forbidPasscodeReset !== true;
  }

  /** Whether people may allow the like of what they approved for a while. What cannot be read may forbid it. */
  get mayGrant(): boolean {
    return this.isKnown && this.settings?.forbidStandingAnswers !== true;
  }

  /** Whether programs of connections may run outside of the sandbox. What cannot be read may forbid it. */
  get mayGiveFullAccess(): boolean {
    return this.isKnown && this.settings?.forbidFullAccess !== true;
  }

  get connections(): readonly KeptConnection[] {
    // Each kind's own fields are its configuration; they were checked by the managed settings' schema.
    return (this.settings?.connections ?? []).map(({ id, name, kind, ...config }) => ({ id, name, kind, config: config as KeptConnection['config'] }));
  }

  get problems(): readonly Message[] {
    switch (this.#read.state) {
      case 'absent':
        return [];
      case 'ok':
        return this.#read.remarks;
      case 'invalid':
      case 'unreadable':
        return [say('status.problem.managed'), this.#read.problem];
    }
  }

  onChange(listener: () => void): Dispose {
    return this.#changed.on(listener);
  }

  close(): void {
    this.#stop();
  }
}
