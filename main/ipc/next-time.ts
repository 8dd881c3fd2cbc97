import type { AgentId, ApprovalId, ConnectionId, Digest, Result } from '../../preload/contract.ts';
import { say } from '../model/say.ts';
import { done, problem } from './results.ts';
import type { Services } from './services.ts';

/** Milliseconds in which nobody has seen yet that the time for a card was over: who clicks then meant its buttons. */
const unreadMs = 600;

/** The part of `Services` that it takes. */
type Parts = Pick<Services, 'approvals' | 'clock' | 'report'> & {
  readonly organization: Pick<Services['organization'], 'mayGrant'>;
  readonly agents: { get(id: AgentId): { readonly pairedAt: number } | undefined };
  readonly connections: { find(id: ConnectionId): object | undefined };
  readonly gate: Pick<Services['gate'], 'letAskAgain'>;
  readonly grants: Pick<Services['grants'], 'giveOnce'>;
};

/** Lets exactly the action of a card that nobody answered through once, when its Claw asks for it again. */
export function allowNextTime({ agents, approvals, clock, connections, gate, grants, organization, report }: Parts, id: ApprovalId, digest: Digest): Result<null> {
  const approval = approvals.find(id);
  const nextTime = approvals.nextTime(id);
  if (approval === undefined || nextTime === undefined || approval.action === null) return problem(say('approval.problem.gone'));
  if (approval.digest !== digest) return problem(say('approval.problem.changed'));
  if (approval.nextTime?.grant !== null) return problem(say('nextTime.problem.again'));
  if (!organization.mayGrant) return problem(say('grant.problem.forbidden'));
  if (Math.abs(clock.now() - (approval.answeredAt ?? 0)) < unreadMs) return problem(say('approval.problem.tooSoon'));
  const agent = agents.get(nextTime.grantee.agent);
  // Another Claw may have got the id of one that was forgotten since.
  if (agent === undefined || agent.pairedAt > approval.askedAt || connections.find(nextTime.grantee.connection) === undefined) return problem(say('nextTime.problem.goneClaw'));
  try {
    approvals.allowedNextTime(id, grants.giveOnce(nextTime.grantee, nextTime.offer).id);
  } catch (error) {
    report(`A standing answer could not be kept: ${String(error)}`);
    return problem(say('approval.problem.notKept'));
  }
  gate.letAskAgain(approval.action);
  return done;
}
