import type { Policy, PolicyParts } from '../../main/policy/policy.ts';
import { Egress } from '../../main/egress/egress.ts';
import { theNetwork, type SeenRequest } from '../../main/model/network-place.ts';
import type { HostLists } from '../../main/policy/host-rules.ts';
import type { NetworkAttempt } from '../../main/sandbox/network.ts';
import { agent, newWorld, open, settle, type World } from '../gate/harness.ts';
import { policyOf } from '../policy/questions.ts';

export interface Setting {
  readonly world: World;
  readonly app: ReturnType<typeof open>;
  readonly policy: Policy;
  readonly requests: SeenRequest[];
  readonly run: () => Egress;
}

/** A gate with real rules, and runs whose connections come to it. */
export function setting(parts: Partial<PolicyParts> & { readonly text?: string; readonly hosts?: HostLists; readonly allowedNetworks?: readonly string[]; readonly refusesOpaque?: boolean } = {}): Setting {
  const { allowedNetworks = [], refusesOpaque = false, ...rest } = parts;
  const world = newWorld();
  const app = open(world);
  const policy = policyOf(rest);
  app.knobs.rules = (question) => policy.decide(question);
  const requests: SeenRequest[] = [];
  return {
    world,
    app,
    policy,
    requests,
    run: () =>
      new Egress(
        {
          gate: app.gate,
          decide: (of, name, facts) => policy.decide({ kind: 'connect', agent: of, connection: theNetwork, name, effect: 'connect', arguments: {}, facts, at: world.clock.now() }),
          mayPass: () => !app.pause.isPaused,
          refusesOpaque: () => refusesOpaque,
          allowedNetworks: () => allowedNetworks,
          onRequest: (_action, request) => requests.push(request),
        },
        { agent, program: 'python3 reconcile.py' },
      ),
  };
}

export const toward = (host: string, port = 443): NetworkAttempt => ({ kind: 'connect', host, port });

export const asking = (host: string, method: string, target: string, port = 443): NetworkAttempt => ({ kind: 'request', host, port, scheme: 'https', method, target, headers: [] });

/** Whether an answer has come by now. */
export async function isOpen(answer: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  await settle();
  return (await Promise.race([answer, Promise.resolve(open)])) === open;
}
