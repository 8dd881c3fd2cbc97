import type { ConnectionId, Message } from '../../preload/contract.ts';
import { theNetwork } from './network-place.ts';
import { openclawsOwn } from './openclaw-place.ts';
import { say } from './say.ts';

const names: ReadonlyMap<ConnectionId, Message> = new Map([
  [theNetwork, say('place.connection')],
  [openclawsOwn, say('openclaw.own.connection')],
]);

/** What a connection is called that is no service which somebody named; undefined for all others. In the record it has its English name. */
export function ownName(id: ConnectionId): Message | undefined {
  return names.get(id);
}
