import { z } from 'zod';
import type { ActionProfile, Described, DescribeContext, Undescribable } from '../model/action.ts';
import { disarmLine } from '../model/disarm.ts';
import type { JsonObject } from '../model/json.ts';
import { readPlace, writePlace } from '../model/network-place.ts';
import { say } from '../model/say.ts';

/** The arguments of a `useCredential` action, as egress writes them: where the key is to go, and what runs. */
const keyArguments = z.strictObject({ host: z.string().max(253), port: z.int().min(1).max(65_535), program: z.string().max(400) });

/** For using a key that a workbench lends, at a place that it is for. */
export function keyProfile(variable: string): ActionProfile {
  return {
    effect: 'connect',
    ability: say('key.ability', { key: disarmLine(variable) }),
    describe: (args, context) => Promise.resolve(describeKey(variable, args, context)),
  };
}

function describeKey(variable: string, args: JsonObject, context: DescribeContext): Described | Undescribable {
  const read = keyArguments.safeParse(args);
  const place = read.success ? readPlace(read.data.host, read.data.port) : null;
  if (!read.success || place === null) return { invalid: 'This is no place on the network.' };
  const key = disarmLine(variable);
  const values = { agent: disarmLine(context.agentName), key, place: place.port === 443 ? place.host : writePlace(place), connection: disarmLine(context.connectionName) };
  return {
    facts: { effect: 'connect', isReversible: false, host: place.host, port: place.port, hosts: [place.host] },
    materials: [],
    card: {
      headline: say('card.key.headline', values),
      summary: say('card.key.summary', values),
      unusual: [],
      rows: [
        { kind: 'text', label: say('card.row.key'), text: key, isStrong: true },
        { kind: 'text', label: say('card.row.place'), text: writePlace(place), isStrong: true },
        { kind: 'text', label: say('card.row.program'), text: disarmLine(read.data.program), isStrong: false },
      ],
      risk: 'normal',
      confirm: null,
    },
    sentence: { did: say('activity.key.did', values), wanted: say('activity.key.wanted', values), details: [] },
  };
}
