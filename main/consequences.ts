import type { ActivityEvent } from './activity/event.ts';
import { accessOf } from './connections/server-access.ts';
import type { Services } from './ipc/services.ts';
import type { Dispose } from './model/disposable.ts';
import { theNetwork } from './model/network-place.ts';
import { openclawsOwn } from './model/openclaw-place.ts';
import { inEnglish } from './text/text.ts';
import { tieTokenEnds } from './token-ends.ts';
import { stopWatchingRemoved, watchOf } from './watching.ts';
import type { SignInServer } from './tokens/sign-in-server.ts';

/**
 * What follows from what: the places where one service's change is another's business, and what goes into the record
 * beside actions. Returns the disposer.
 */
export function tieConsequences(services: Services, signIns: SignInServer): Dispose {
  const { agents, activity, approvals, broker, clock, connections, gate, grants, keys, network, organization, ownCommands, pause, policy, profiles, report, settings, shell, signing, upstreams, workbenches } = services;
  const record = (event: ActivityEvent): void => void activity.append(event).catch((error: unknown) => report(`The record cannot be written: ${String(error)}`));
  const at = (): number => clock.now();

  const followSettings = (): void => {
    const { allowedHosts: allow, deniedHosts: deny } = settings.get();
    policy.update({ hosts: { allow, deny }, personal: settings.toolRules(), profile: settings.rulesProfile().profile, grants: grants.list(), watch: watchOf(settings) });
    shell.setOpenAtLogin(settings.get().openAtLogin);
    network.refresh();
  };
  const followOrganization = (): void => {
    // First of all what it forbids; nothing may slip through on what follows.
    policy.update({ organization: organization.policy });
    gate.stopForbidden();
    // A file that is broken for a minute must not make anyone forget what was paused, locked or set up.
    if (!organization.isKnown) return;
    const earlier = connections.list().filter(({ isManaged }) => isManaged);
    profiles.setOrganization(organization.profiles);
    settings.setManaged(organization.settings);
    connections.setManaged(organization.connections);
    // An upstream that is open keeps the configuration it was opened with.
    for (const id of new Set([...earlier, ...organization.connections].map((connection) => connection.id))) {
      upstreams.drop(id).catch((error: unknown) => report(String(error)));
    }
    if (!organization.mayGiveFullAccess) {
      for (const connection of connections.list()) if (accessOf(connection)?.kind === 'full') upstreams.drop(connection.id).catch((error: unknown) => report(String(error)));
    }
    agents.setManaged(organization.agents);
    signing.approvers.setManaged(organization.approvers);
    endForbiddenGrants();
  };
  const endForbiddenGrants = (): void => {
    if (organization.isKnown && !organization.mayGrant) grants.revokeWhere(() => true);
  };
  const ends: Dispose[] = [
    settings.onChange((change) => {
      followSettings();
      gate.stopForbidden();
      record({ at: at(), kind: 'settings_changed', keys: [change] });
    }),
    organization.onChange(followOrganization),
    approvals.onSigned(({ action, digest, signing }) => {
      const first = signing?.signed[0];
      if (action === null || !first?.approver) return;
      record({ at: at(), kind: 'signed', action, approver: { id: first.approver, name: first.name ?? first.approver }, digest });
    }),
    grants.onChange(({ kind, grant }) => {
      if (kind === 'used') return;
      policy.update({ grants: grants.list() });
      if (kind !== 'given') gate.stopForbidden();
      const name = agents.get(grant.agent)?.name ?? grant.agent;
      record({ at: at(), kind: `grant_${kind}`, grant: grant.id, agent: { id: grant.agent, name }, text: inEnglish(grant.sentence) });
    }),
    signing.setUp.onChange((change) => {
      record('approver' in change ? { at: at(), kind: change.kind, approver: { id: change.approver.id, name: change.approver.name } } : { at: at(), kind: change.kind });
      if (change.kind !== 'passcode_reset') return;
      // Whoever asked may be somebody who found the computer unlocked: nothing that was said before helps them.
      grants.revokeWhere(() => true);
      approvals.denyWaiting();
    }),
    signing.approvers.onChange(() => approvals.keepSignatures(({ approver, groups }) => {
      const known = approver === null ? undefined : signing.approvers.find(approver);
      return approver === null || (known !== undefined && groups.every((group) => known.groups.includes(group)));
    })),
    connections.onChange(() => {
      grants.revokeWhere(({ connection }) => connection !== theNetwork && connection !== openclawsOwn && connections.find(connection) === undefined);
      stopWatchingRemoved(settings, connections);
      gate.stopForbidden();
    }),
    pause.onChange((isPaused) => isPaused && keys.dropGiven()),
    pause.onChange((isPaused) => record({ at: at(), kind: isPaused ? 'paused' : 'resumed' })),
    agents.onChange(({ agent, change }) => {
      const known = agents.get(agent);
      const named = { id: agent, name: known?.name ?? agent };
      if (change === 'added') record({ at: at(), kind: 'paired', agent: named });
      if (change === 'forgotten') record({ at: at(), kind: 'forgotten', agent: named });
      if (change === 'seen') return;
      gate.stopForbidden();
      if (known !== undefined && !known.isPaused) return;
      if (known === undefined) signIns.forgetAgent(agent);
      else signIns.pauseAgent(agent);
      if (known === undefined) grants.revokeWhere((grant) => grant.agent === agent);
      if (known === undefined) gate.forgetAgent(agent);
      if (known === undefined) workbenches.forgetAgent(agent).catch((error: unknown) => report(`Copies of folders could not be removed: ${String(error)}`));
      else gate.stopAgent(agent);
      if (known === undefined && ownCommands.gateway?.agent === agent) void ownCommands.remove();
      broker.disconnect(agent);
    }),
    tieTokenEnds(services, signIns),
  ];
  connections.setManaged(organization.connections);
  followSettings();
  endForbiddenGrants();
  return () => {
    for (const end of ends) end();
  };
}
