import type { Connection as ConnectionView, ConnectionId, Message, NewServerInput, Result, Tool } from '../../preload/contract.ts';
import type { Connection } from '../connections/connection.ts';
import type { ConnectionAnswer } from '../connections/connection-store.ts';
import type { UpstreamTool } from '../model/upstream.ts';
import { disarm } from '../model/disarm.ts';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import { genericProfile } from '../model/generic-profile.ts';
import type { Handlers } from '../shell/dispatch.ts';
import { done, problem, value } from './results.ts';
import type { Services } from './services.ts';

type Calls = Pick<
  Handlers,
  | 'addEmailConnection'
  | 'addEmailSignIn'
  | 'addServerConnection'
  | 'addWorkbenchConnection'
  | 'signInConnection'
  | 'startSignIn'
  | 'cancelSignIn'
  | 'checkConnection'
  | 'removeConnection'
  | 'forgetCredential'
  | 'unlockKeychain'
  | 'setConnectionTimeout'
  | 'setServerAccess'
  | 'getConnectionLog'
  | 'listTools'
  | 'setToolRule'
>;

const longestDescription = 500;

export function connectionCalls(services: Services): Calls {
  const { connections, upstreams, credentials, keys, mailAccounts, oauth, settings, catalog, serverRuns, workbenches } = services;
  /** Deletes what is kept for it, and says what that was; `nothing`: the words when there was none. */
  const forgotten = async (connection: Connection, nothing: string): Promise<Message> => {
    const { id, name } = connection;
    const { since } = await credentials.describe(id);
    keys.forget(id);
    const { shredded } = await oauth.forget(connection, () => credentials.remove(id));
    if (!shredded.ok) return say('credential.forgotten.keyLeft', { name });
    return say(since === 0 ? nothing : 'credential.forgotten', { name });
  };
  return {
    addEmailConnection: (input) => mailAccounts.add(input),
    addEmailSignIn: (input) => value(mailAccounts.addSignIn(input)),
    addWorkbenchConnection: (input) => workbenches.add(input),
    async addServerConnection(input) {
      const { kind, name } = input;
      const isKeyInAddress = kind === 'remote' && holdsKey(input.url);
      if (isKeyInAddress) return problem(say('connection.problem.keyInAddress'));
      const wrong = kind === 'command' ? await serverRuns.problemWith(input.access) : null;
      if (wrong !== null) return problem(wrong);
      const config = kind === 'command' ? { command: input.command, args: input.args, access: input.access } : remoteConfigOf(input);
      const connection = connections.add({ name, kind, config });
      const { id } = connection;
      const takeBack = async (why: Message): Promise<Result<never>> => {
        connections.remove(id);
        await upstreams.drop(id);
        await forgotten(connection, '');
        return problem(why);
      };
      const key = kind === 'remote' ? input.key : undefined;
      const notKept = key === undefined ? null : await keys.keep(connection, key);
      if (notKept !== null) return takeBack(notKept);
      const health = await upstreams.check(id);
      const needsSignIn = health.state === 'needs_sign_in' && oauth.viewOf(connection) !== null;
      if (isWell(health) || needsSignIn) return value({ id, needsSignIn });
      return takeBack(health.text ?? say('connection.problem.unknown'));
    },
    async signInConnection({ id, password }) {
      const connection = connections.find(id);
      if (connection === undefined) return problem(say('connection.problem.unknown'));
      const signedIn = connection.kind === 'email' ? await mailAccounts.signIn(connection, password) : toldOf(await keys.signIn(connection, password));
      if (signedIn.ok) await upstreams.drop(id);
      return signedIn;
    },
    startSignIn: ({ id, client }) => oauth.start(id, client),
    cancelSignIn({ id }) {
      oauth.cancel(id);
      return done;
    },
    async checkConnection({ id }) {
      const connection = connections.find(id);
      if (!connection) return problem(say('connection.problem.unknown'));
      if (connection.kind === 'email') {
        const checked = await mailAccounts.open(connection).checkSignIn().catch(() => undefined);
        if (!checked) return problem(say('connection.health.noPassword'));
        if (!checked.ok) return problem(checked.problem);
      }
      await oauth.reconsider(connection);
      keys.forget(id);
      catalog.forget(id);
      const health = await upstreams.check(id);
      return isWell(health) ? done : problem(health.text ?? say('connection.problem.unknown'));
    },
    async removeConnection({ id }) {
      const connection = connections.find(id);
      if (!connection) return problem(say('connection.problem.unknown'));
      if (connection.isManaged) return problem(say('connection.problem.managed'));
      connections.remove(id);
      await upstreams.drop(id);
      catalog.forget(id);
      await workbenches.forget(id);
      return value({ told: await forgotten(connection, 'connection.removed') });
    },
    async forgetCredential({ id }) {
      const connection = connections.find(id);
      if (!connection) return problem(say('connection.problem.unknown'));
      await upstreams.drop(id);
      return value({ told: await forgotten(connection, 'credential.forgotten.none') });
    },
    async unlockKeychain() {
      return (await credentials.unlock()) ? done : problem(say('credential.problem.stillLocked'));
    },
    setConnectionTimeout: ({ id, seconds }) => told(connections.setCallTimeout(id, seconds)),
    async setServerAccess({ id, access }) {
      const connection = connections.find(id);
      if (connection?.kind !== 'command') return problem(say('connection.problem.unknown'));
      const wrong = await serverRuns.problemWith(access);
      if (wrong !== null) return problem(wrong);
      const answer = connections.setConfig(id, { ...connection.config, access });
      // What runs as it was must not run on.
      if (answer === 'ok') await upstreams.drop(id);
      return told(answer);
    },
    getConnectionLog: ({ id }) => (connections.find(id) ? value({ lines: [...upstreams.logOf(id)] }) : problem(say('connection.problem.unknown'))),
    async listTools({ connection }) {
      if (!connections.find(connection)) return problem(say('connection.problem.unknown'));
      try {
        return value(await viewTools(services, connection));
      } catch {
        return problem(upstreams.healthOf(connection).text ?? say('connection.problem.unknown'));
      }
    },
    setToolRule: ({ connection, tool, rule }) => (connections.find(connection) ? settings.setToolRule({ connection, tool, rule }) : problem(say('connection.problem.unknown'))),
  };
}

/** What the contract's schema let through is JSON; its optional fields are left out, not undefined. */
function remoteConfigOf({ url, signIn }: Extract<NewServerInput, { readonly kind: 'remote' }>): JsonObject {
  return signIn === undefined ? { url } : { url, signIn: signIn as JsonObject };
}

function toldOf(wrong: Message | null): Result<null> {
  return wrong === null ? done : problem(wrong);
}

/** A key in the address would lie in `state.db` as it is. */
function holdsKey(address: string): boolean {
  return [...new URL(address).searchParams.keys()].some((name) => /(?:key|token|secret|signature|password|passwd)$|^(?:auth|code|pwd|sig)$/i.test(name));
}

function told(answer: ConnectionAnswer): Result<null> {
  switch (answer) {
    case 'ok':
      return done;
    case 'unknown_connection':
      return problem(say('connection.problem.unknown'));
    case 'managed':
      return problem(say('connection.problem.managedValue'));
  }
}

function isWell({ state }: ConnectionView['health']): boolean {
  return state === 'ready' || state === 'idle';
}

async function viewTools({ catalog, upstreams, policy, profiles, scrubListed }: Services, connection: ConnectionId): Promise<Tool[]> {
  const upstream = await upstreams.get(connection);
  const tools = await catalog.listConnection(connection);
  return tools.map((tool) => {
    const shown = scrubListed(tool);
    const profile = upstream.profile(tool.name) ?? profiles.of(connection, tool) ?? genericProfile(shown.name, disarm);
    const { rule, isLocked, isOwnChoice } = policy.toolRule({ connection, name: tool.name, effect: profile.effect, ...(profile.kind !== undefined && { kind: profile.kind }) });
    return { name: shown.name, sentence: profile.ability, description: descriptionOf(shown), effect: profile.effect, rule, isOwnChoice, isLocked };
  });
}

function descriptionOf({ description = '' }: UpstreamTool): string {
  return disarm(description).slice(0, longestDescription);
}

