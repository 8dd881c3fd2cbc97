import { z } from 'zod';
import type { Mark, Row } from '../../preload/contract.ts';
import type { ActionProfile, Described, DescribeContext, Facts, Undescribable } from '../model/action.ts';
import { disarmLine } from '../model/disarm.ts';
import { domainMark, type Neighbourhood } from '../model/domain-marks.ts';
import { ipVersion } from '../model/ip-address.ts';
import type { JsonObject } from '../model/json.ts';
import type { KnownContacts } from '../model/known-contacts.ts';
import { isSpecial, placeFacts, readPlace, writePlace } from '../model/network-place.ts';
import { say } from '../model/say.ts';

/**
 * The arguments of a `connect` action, as the sandbox writes them. `program`: what reaches out, as it was started. `method`
 * and `path` are there where the request itself is what is decided.
 */
export const placeArguments = z.strictObject({
  host: z.string().max(253),
  port: z.int().min(1).max(65_535),
  program: z.string().max(400),
  method: z.string().max(40).optional(),
  path: z.string().max(2000).optional(),
});
export type PlaceArguments = z.infer<typeof placeArguments>;

/** For reaching a place on the network from code that runs for a Claw. */
export const placeProfile: ActionProfile = {
  effect: 'connect',
  ability: say('place.ability'),
  async describe(args, context) {
    return describePlace(args, context, await context.contacts());
  },
};

function describePlace(args: JsonObject, context: DescribeContext, known: KnownContacts): Described | Undescribable {
  const read = placeArguments.safeParse(args);
  const place = read.success ? readPlace(read.data.host, read.data.port) : null;
  if (!read.success || place === null || place.host !== read.data.host) return { invalid: 'This is no place on the network.' };
  const { program, method, path } = read.data;
  const request = method === undefined ? undefined : { method, path: path ?? '' };
  const shown = place.port === 443 ? place.host : writePlace(place);
  const values = { agent: context.agentName, place: shown };
  const what = request === undefined ? 'place' : 'request';
  const around: Neighbourhood = { ownDomains: context.ownDomains, sender: null, known };
  const isFirstTime = !known.isKnown('host', place.host);
  const unusual = marksOf(place.host, around);
  const requestRow: Row[] = request === undefined ? [] : [{ kind: 'text', label: say('card.row.request'), text: disarmLine(`${request.method} ${request.path}`), isStrong: true }];
  return {
    facts: { ...placeFacts(place, request), ...(isFirstTime ? { firstTimeHosts: [place.host] } : {}), ...doubtsOf(place.host, around) },
    materials: [],
    card: {
      headline: say(`card.${what}.headline`, values),
      summary: say(`card.${what}.summary`, values),
      unusual,
      rows: [
        { kind: 'text', label: say('card.row.place'), text: writePlace(place), isStrong: true },
        ...requestRow,
        { kind: 'text', label: say('card.row.program'), text: disarmLine(program), isStrong: false },
      ],
      risk: unusual.some(({ tone }) => tone === 'stop') ? 'high' : 'normal',
      confirm: unusual.some(({ tone }) => tone === 'stop') ? say('card.place.confirm', { place: writePlace(place) }) : null,
    },
    sentence: { did: say(`activity.${what}.did`, values), wanted: say(`activity.${what}.wanted`, values), details: [] },
  };
}

function doubtsOf(host: string, around: Neighbourhood): Pick<Facts, 'doubtfulDomains'> {
  return ipVersion(host) === 0 && domainMark(host, around) !== null ? { doubtfulDomains: [host] } : {};
}

/** An address has no name that anyone could know; what a name leads to is its owner's to say. */
function marksOf(host: string, around: Neighbourhood): Mark[] {
  const [isAddress, isInternal] = [ipVersion(host) !== 0, isSpecial(host)];
  const doubt = isAddress ? null : domainMark(host, around);
  return [
    ...(isInternal ? [{ text: say('mark.internalPlace'), tone: 'stop' as const }] : []),
    ...(isAddress && !isInternal ? [{ text: say('mark.bareAddress'), tone: 'stop' as const }] : []),
    ...(doubt === null ? [] : [doubt]),
    ...(around.known.isKnown('host', host) ? [] : [{ text: say('mark.firstTime'), tone: 'mind' as const }]),
  ];
}
