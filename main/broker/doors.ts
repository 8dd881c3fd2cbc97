import type { AgentId } from '../../preload/contract.ts';
import type { Gate } from '../gate/gate.ts';
import type { Clock } from '../model/clock.ts';
import { AgentMethods } from './agent-methods.ts';
import type { Catalog } from './catalog.ts';
import { CallLimits } from './limits.ts';
import { ModernDoor } from './modern-door.ts';
import { Subscriptions } from './subscriptions.ts';

export interface DoorParts {
  readonly gate: Gate;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly version: string;
  /** What the person or the organization set for an agent; undefined for one that is gone. */
  readonly optionsOf: (agent: AgentId) => { readonly toolMode: 'all' | 'search'; readonly callsPerMinute: number } | undefined;
}

/** What both doors, HTTP and the command's socket, lead to. */
export interface Doors {
  readonly methods: AgentMethods;
  readonly modern: ModernDoor;
  readonly subscriptions: Subscriptions;
  readonly limits: CallLimits;
  readonly clock: Clock;
  readonly version: string;
}

export function openDoors({ gate, catalog, clock, version, optionsOf }: DoorParts): Doors {
  const methods = new AgentMethods({ gate, catalog, toolMode: (agent) => optionsOf(agent)?.toolMode ?? 'all' });
  const subscriptions = new Subscriptions(catalog, methods);
  const modern = new ModernDoor({ methods, subscriptions, clock, version });
  const limits = new CallLimits((agent) => optionsOf(agent)?.callsPerMinute ?? 0, () => clock.now());
  return { methods, modern, subscriptions, limits, clock, version };
}

/** Ends what is told and asked for as long as clients stay. */
export function closeDoors({ modern, subscriptions }: Doors): void {
  subscriptions.close();
  modern.cutOff();
}
