import type { Locale } from '../../preload/contract.ts';
import type { Activity } from '../activity/activity.ts';
import type { Agents } from '../agents/agents.ts';
import type { Approvals } from '../approvals/approvals.ts';
import type { Grants } from '../approvals/grants.ts';
import type { Suggester } from '../approvals/suggester.ts';
import type { Broker } from '../broker/broker.ts';
import type { Alarms } from '../claw-sign-ins.ts';
import type { Catalog } from '../connections/catalog.ts';
import type { ConnectionStore } from '../connections/connection-store.ts';
import type { KeySignIns } from '../connections/keys/key-sign-ins.ts';
import type { Network } from '../connections/network/network.ts';
import type { OAuthSignIns } from '../connections/oauth/oauth-sign-ins.ts';
import type { KeptUpstreams } from '../connections/upstreams.ts';
import type { CredentialStore } from '../credentials/credential-store.ts';
import type { OwnCommands } from '../openclaw/own-commands.ts';
import type { PauseSwitch } from '../gate/pause-switch.ts';
import type { Pipeline } from '../gate/pipeline.ts';
import type { MailAccounts } from '../mail-accounts.ts';
import type { Clock } from '../model/clock.ts';
import type { Organization } from '../organization.ts';
import type { Policy } from '../policy/policy.ts';
import type { Practice } from '../practice/practice.ts';
import type { Profiles } from '../profiles/profiles.ts';
import type { SettingsService } from '../settings/settings.ts';
import type { ServerRuns } from '../server-runs.ts';
import type { ClawRuns } from '../claw-runs/claw-runs.ts';
import type { Workbenches } from '../workbenches.ts';
import type { Signing } from '../signing.ts';
import type { Shell } from '../shell/shell.ts';
import type { FormatText } from '../text/text.ts';

/** Every service of the app, built once by `app.ts`. */
export interface Services {
  readonly version: string;
  readonly clock: Clock;
  readonly shell: Shell;
  readonly activity: Activity;
  readonly agents: Agents;
  readonly approvals: Approvals;
  readonly broker: Broker;
  readonly catalog: Catalog;
  readonly alarms: Alarms;
  readonly connections: ConnectionStore;
  readonly upstreams: KeptUpstreams;
  readonly credentials: CredentialStore;
  readonly mailAccounts: MailAccounts;
  readonly workbenches: Workbenches;
  readonly serverRuns: ServerRuns;
  readonly clawRuns: ClawRuns;
  readonly oauth: OAuthSignIns;
  readonly keys: KeySignIns;
  readonly network: Network;
  readonly gate: Pipeline;
  readonly grants: Grants;
  readonly ownCommands: OwnCommands;
  readonly pause: PauseSwitch;
  readonly policy: Policy;
  readonly practice: Practice;
  readonly profiles: Profiles;
  /** How the person is spoken to now. */
  readonly locale: () => Locale;
  /** Speaks the person's language as it is at that moment. */
  readonly text: FormatText;
  readonly settings: SettingsService;
  readonly signing: Signing;
  readonly suggester: Suggester;
  readonly organization: Organization;
  /** How the `countersign` command is started on this machine. */
  readonly launcher: Launcher;
  /** What a service says of itself, without secrets; the same object for the same one. */
  readonly scrubListed: <T extends object>(listed: T) => T;
  readonly report: (problem: string) => void;
}

export interface Launcher {
  readonly command: string;
  readonly args: readonly string[];
  /** What a run in a sandbox has to see to start it; absent: nothing beside the system's programs. */
  readonly files?: readonly string[];
}
