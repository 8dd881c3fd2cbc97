import { connectionId, type Message } from '../../../preload/contract.ts';
import type { Connection, ConnectionKind } from '../../../main/connections/connection.ts';
import type { SignInVault } from '../../../main/connections/oauth/held-sign-in.ts';
import { keptSignIn, type KeptSignIn } from '../../../main/connections/oauth/kept-sign-in.ts';
import { OAuthSignIns, type OAuthSignInsOptions } from '../../../main/connections/oauth/oauth-sign-ins.ts';
import { openHttpUpstream } from '../../../main/connections/http-upstream.ts';
import type { ClosableUpstream } from '../../../main/connections/mcp-upstream.ts';
import { systemClock, type Clock } from '../../../main/model/clock.ts';
import type { JsonObject } from '../../../main/model/json.ts';
import { QuietBrowser } from '../../fixtures/oauth/quiet-browser.ts';

/** The system's clock, that the test may move on. */
export interface MovedClock extends Clock {
  ahead: number;
}

function createMovedClock(): MovedClock {
  const clock: MovedClock = { ...systemClock, ahead: 0, now: () => Date.now() + clock.ahead };
  return clock;
}

export interface Harness {
  readonly connection: Connection;
  readonly oauth: OAuthSignIns;
  readonly clock: MovedClock;
  /** Where the browser was sent, in order. */
  readonly opened: URL[];
  /** Every secret that was named to the vault. */
  readonly secrets: Set<string>;
  /** What is kept of the connection; undefined: nothing. */
  kept(): KeptSignIn | undefined;
  keep(change: (kept: KeptSignIn) => KeptSignIn): void;
  /** Set while the keychain cannot be asked. */
  vaultProblem: Error | undefined;
  /** Begins a sign-in, waits until it is over, and tells how it ended. */
  signIn(client?: { readonly id: string; readonly secret: string | null }): Promise<Message | null>;
  open(): Promise<ClosableUpstream>;
  /** The same, as after a restart. */
  restart(): Harness;
}

export interface HarnessOptions extends Partial<Pick<OAuthSignInsOptions, 'documentUrl' | 'onSignedIn' | 'resolve' | 'timeLimit'>> {
  readonly kind?: ConnectionKind;
  readonly config?: JsonObject;
  /** What the person does once the browser is open. Default: signs in, allows it, and is sent back. */
  readonly person?: (url: URL) => Promise<void>;
}

export async function comeBack(address: URL, answer: 'allow' | 'deny' = 'allow'): Promise<void> {
  await fetch(await new QuietBrowser().visit(address, answer));
}

export function createHarness(url: string, options: HarnessOptions = {}, values = new Map<string, string>(), clock = createMovedClock()): Harness {
  const { kind = 'remote', config = {}, person = comeBack, ...others } = options;
  const id = connectionId.parse('files');
  const connection: Connection = { id, name: 'Files', kind, config: { url, ...config }, addedAt: 0, isManaged: false, callTimeoutSeconds: 60 };
  const secrets = new Set<string>();
  const opened: URL[] = [];
  const keyOf = (origin: string): string => `${id} ${origin}`;
  const vault: SignInVault = {
    read: (_id, origin) => (harness.vaultProblem === undefined ? Promise.resolve(values.get(keyOf(origin)) ?? (values.size > 0 ? null : undefined)) : Promise.reject(harness.vaultProblem)),
    write: (_id, origin, value, parts) => {
      for (const secret of parts) secrets.add(secret);
      values.set(keyOf(origin), value);
      return Promise.resolve(null);
    },
  };
  const oauth = new OAuthSignIns({
    clock,
    vault,
    find: (wanted) => (wanted === id ? connection : undefined),
    open: (address) => {
      opened.push(address);
      void person(address).catch(() => undefined);
      return Promise.resolve(true);
    },
    documentUrl: () => null,
    text: ({ id: message }) => message,
    language: () => 'en',
    onSignedIn: () => Promise.resolve(null),
    ...others,
  });
  const key = (): string => [...values.keys()][0] ?? keyOf(new URL(url).origin);
  const kept = (): KeptSignIn | undefined => {
    const value = values.get(key());
    return value === undefined ? undefined : keptSignIn.parse(JSON.parse(value));
  };
  const harness: Harness = {
    vaultProblem: undefined,
    connection,
    oauth,
    clock,
    opened,
    secrets,
    kept,
    keep: (change) => values.set(key(), JSON.stringify(change(kept() ?? { client: null, grant: null, metadataUrl: null, wanted: null }))),
    async signIn(client) {
      const started = await oauth.start(id, client ?? null);
      if (!started.ok) return started.problem;
      for (;;) {
        const view = oauth.viewOf(connection);
        if (view === null || view.stage === null || view.stage === 'client') return view?.problem ?? null;
        await new Promise<void>((resolve) => {
          const stop = oauth.onChange(() => {
            stop();
            resolve();
          });
        });
      }
    },
    open: () => openHttpUpstream(connection.config, { fetch: oauth.fetchFor(connection) }),
    restart: () => createHarness(url, options, values, clock),
  };
  return harness;
}
