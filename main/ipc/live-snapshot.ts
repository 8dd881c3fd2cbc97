import type { ConnectionId, Snapshot } from '../../preload/contract.ts';
import type { CredentialState } from '../credentials/credential.ts';
import type { Dispose } from '../model/disposable.ts';
import { RecordFigures } from './record-figures.ts';
import type { RecordWatch } from './record-watch.ts';
import type { Services } from './services.ts';
import { hasCredential, startOfDay, viewAgents, viewApprovals, viewGrants, viewConnections, viewRules, viewSettings, viewStatus } from './snapshot.ts';
import { viewToday } from './view-today.ts';
import type { SnapshotSource, Urgency } from './snapshot-keeper.ts';

/** Milliseconds after which the keychain is asked again whether it still has what it was given (10 s). */
const describeAgainMs = 10_000;

type Part = 'approvals' | 'held' | 'grants' | 'agents' | 'connections' | 'settings' | 'rules' | 'signers' | 'today';
type Parts = Omit<Snapshot, 'status' | 'locale'>;

/**
 * The snapshot in parts, each made anew only after something it shows has changed: a Claw at work touches it thousands of
 * times a second, and most of that nobody sees. What lies in the record and in the keychain is asked for apart.
 */
export class LiveSnapshot implements SnapshotSource {
  readonly #services: Services;
  readonly #recordWatch: RecordWatch;
  readonly #figures: RecordFigures;
  readonly #stale = new Set<Part>(['approvals', 'held', 'grants', 'agents', 'connections', 'settings', 'rules', 'signers', 'today']);
  readonly #credentials = new Map<ConnectionId, CredentialState>();
  #describedAt = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> = Promise.resolve();
  #day = 0;
  #parts: Partial<Parts> = {};

  constructor(services: Services, recordWatch: RecordWatch) {
    this.#services = services;
    this.#recordWatch = recordWatch;
    this.#figures = new RecordFigures(services.activity, services.clock);
  }

  /** Notes what every service's changes make stale, and tells how soon somebody should look. */
  follow(touch: (urgency: Urgency) => void): Dispose {
    const { activity, agents, alarms, approvals, clawRuns, connections, credentials, gate, grants, keys, oauth, organization, ownCommands, pause, settings, signing, suggester, upstreams } = this.#services;
    const now = (...parts: readonly Part[]) => (): void => {
      for (const part of parts) this.#stale.add(part);
      touch('now');
    };
    const ends: Dispose[] = [
      approvals.onChange(now('approvals')),
      gate.onChange(now('held')),
      grants.onChange(now('grants', 'today')),
      // The language is a setting: it sorts the Claws and names the network.
      settings.onChange(now('settings', 'rules', 'agents', 'approvals', 'grants', 'today')),
      organization.onChange(now('settings', 'rules', 'signers', 'today')),
      suggester.onChange(now('today')),
      signing.setUp.onChange(now('signers')),
      upstreams.onHealthChange(now('connections')),
      oauth.onChange(now('connections')),
      keys.onChange(now('connections')),
      clawRuns.onChange((change) => {
        this.#stale.add('agents');
        touch(change === 'state' ? 'now' : 'later');
      }),
      ownCommands.onChange(now('agents')),
      pause.onChange(now()),
      alarms.onChange(now()),
      this.#recordWatch.onChange(now()),
      agents.onChange(({ change }) => {
        this.#stale.add('agents').add('held').add('grants').add('today');
        touch(change === 'seen' ? 'later' : 'now');
        // How often a new one asked has to be looked up.
        if (change === 'added') touch('later');
      }),
      connections.onChange(() => {
        this.#stale.add('connections').add('agents').add('rules').add('grants').add('today');
        this.#describeAgain(touch);
      }),
      credentials.onChange(() => this.#describeAgain(touch)),
      credentials.onUse(() => {
        this.#stale.add('connections');
        touch('later');
      }),
      activity.onAppended((appended) => {
        this.#figures.note(appended);
        touch('later');
      }),
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** One refresh after the other: whoever asks gets what was true when it asked, or later. */
  refresh(): Promise<void> {
    const turn = this.#refreshing.then(() => this.#refresh());
    this.#refreshing = turn.catch(() => undefined);
    return turn;
  }

  take(): Snapshot {
    const services = this.#services;
    const day = startOfDay(services.clock.now());
    if (day !== this.#day) this.#stale.add('approvals');
    this.#day = day;
    const approvals = this.#part('approvals', () => viewApprovals(services, day));
    const held = this.#part('held', () => [...services.gate.held()]);
    const grants = this.#part('grants', () => viewGrants(services));
    const agents = this.#part('agents', () => viewAgents(services, this.#figures));
    const connections = this.#part('connections', () => viewConnections(services, this.#figures, this.#credentials));
    const rules = this.#part('rules', () => viewRules(services));
    const today = this.#part('today', () => viewToday(services));
    const signers = this.#part('signers', () => services.signing.setUp.view());
    const { settings, lockedSettings } = this.#settings();
    this.#parts = { approvals, held, grants, today, agents, connections, rules, signers, settings, lockedSettings };
    return { status: viewStatus(services, this.#recordWatch.state, approvals, connections), settings, locale: services.locale(), lockedSettings, approvals, held, grants, today, agents, connections, rules, signers };
  }

  #settings(): Pick<Parts, 'settings' | 'lockedSettings'> {
    const { settings, lockedSettings } = this.#parts;
    const isStale = this.#stale.delete('settings');
    return isStale || settings === undefined || lockedSettings === undefined ? viewSettings(this.#services) : { settings, lockedSettings };
  }

  #part<P extends Exclude<Part, 'settings'>>(part: P, view: () => Parts[P]): Parts[P] {
    const kept = this.#parts[part];
    if (kept !== undefined && !this.#stale.has(part)) return kept;
    const made = view();
    this.#stale.delete(part);
    return made;
  }

  async #refresh(): Promise<void> {
    const { agents, clock, suggester } = this.#services;
    const [figures, isReadAnew] = await Promise.all([this.#figures.refresh(agents.list().map(({ id }) => id)), suggester.refresh(startOfDay(clock.now())), this.#describe()]);
    if (isReadAnew) this.#stale.add('today');
    if (figures.asked) this.#stale.add('agents');
    if (figures.used) this.#stale.add('connections');
  }

  #describeAgain(touch: (urgency: Urgency) => void): void {
    this.#describedAt = Number.NEGATIVE_INFINITY;
    touch('now');
    const again = (): void => touch('now');
    void this.refresh().then(again, again);
  }

  async #describe(): Promise<void> {
    const { clock, connections, credentials, keys, mailAccounts } = this.#services;
    if (clock.elapsed() - this.#describedAt < describeAgainMs) return;
    this.#describedAt = clock.elapsed();
    const withCredential = connections.list().filter((connection) => hasCredential(connection, keys));
    const described = await Promise.all(
      withCredential.map(async (connection) => [connection.id, await credentials.describe(connection.id, keys.boundTo(connection) ?? mailAccounts.boundTo(connection))] as const),
    );
    this.#credentials.clear();
    for (const [id, state] of described) this.#credentials.set(id, state);
    if (described.length > 0) this.#stale.add('connections');
  }
}
