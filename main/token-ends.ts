import { isDeepStrictEqual } from 'node:util';
import type { AgentId, ConnectionId } from '../preload/contract.ts';
import type { SignInServer } from './tokens/sign-in-server.ts';
import type { Services } from './ipc/services.ts';
import type { Dispose } from './model/disposable.ts';
import { mayNarrow, usesLess, type OwnRules } from './narrowing.ts';

/**
 * What ends the tokens of Claws: a pause, the lock of the screen where the person wants that, and whatever narrows what they
 * may do. The gate asks the rules at every action all the same; a token that ended has its holder come and ask anew.
 */
export function tieTokenEnds(services: Services, signIns: SignInServer): Dispose {
  const { agents, broker, connections, organization, pause, settings, shell } = services;
  const ownRules = (): OwnRules => ({ profile: settings.rulesProfile().profile, watched: settings.get().watchReads, tools: settings.toolRules() });
  const delivered = (): unknown => [organization.isKnown, organization.policy, organization.agents, organization.connections];
  const used = (): ReadonlyMap<AgentId, readonly ConnectionId[] | null> => new Map(agents.list().map(({ id, connections: own }) => [id, own]));
  let rules = ownRules();
  let company = delivered();
  let usable = used();
  let known = new Set(connections.list().map(({ id }) => id));

  const ends: Dispose[] = [
    settings.onChange(() => {
      const before = rules;
      rules = ownRules();
      if (mayNarrow(before, rules)) signIns.endTokens('rules_changed');
    }),
    organization.onChange(() => {
      const before = company;
      company = delivered();
      if (!isDeepStrictEqual(before, company)) signIns.endTokens('rules_changed');
    }),
    connections.onChange(() => {
      const before = known;
      known = new Set(connections.list().map(({ id }) => id));
      for (const id of before) if (!known.has(id)) signIns.forgetConnection(id);
    }),
    agents.onChange(({ agent, change }) => {
      if (change === 'seen') return;
      const before = usable;
      usable = used();
      const [was, is] = [before.get(agent), usable.get(agent)];
      if (was !== undefined && is !== undefined && usesLess(was, is)) signIns.narrowAgent(agent);
    }),
    pause.onChange((isPaused) => isPaused && signIns.endTokens('paused')),
    shell.onScreenLock(() => {
      if (!settings.get().signOutOnLock) return;
      signIns.signOutAll('locked');
      broker.endVisits();
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}
