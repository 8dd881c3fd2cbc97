import type { CardBody, Described } from '../model/action.ts';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import type { SecretKind, SecretsFound } from '../model/secret.ts';
import type { GateParts } from './parts.ts';

/**
 * A description with what is unusual about it: something in the arguments looks like a secret. The person has to tick that
 * it is meant to go there; a secret that this app keeps is not shown even to them. What is done is not changed by it.
 */
export function flagged(described: Described, { kinds, owners }: SecretsFound, { connectionName, scrubJson }: Pick<GateParts, 'connectionName' | 'scrubJson'>): Described {
  const isOwn = kinds.includes('own');
  const others = kinds.filter((kind) => kind !== 'own');
  const { facts, materials, sentence } = described;
  let made: CardBody | undefined;

  function makeCard(): CardBody {
    const { card } = described;
    const marks: CardBody['unusual'] = [
      // The id of a credential is that of its connection; the names of two connections may be the same.
      ...[...new Set(owners)].map((owner) => ({ text: say('card.mark.ownSecret', { connection: connectionName(asConnection(owner)) }), tone: 'stop' as const })),
      ...others.map((kind) => ({ text: say('card.mark.secret', { kind }), tone: 'mind' as const })),
    ];
    const confirm = isOwn ? say('card.secret.confirmOwn') : (card.confirm ?? say('card.secret.confirm'));
    const whole: CardBody = { ...card, unusual: [...marks, ...card.unusual], risk: 'high', confirm };
    // A card is made of text and numbers alone, so it is JSON, and scrubbing keeps its shape.
    return isOwn ? (scrubJson(whole as unknown as JsonObject) as unknown as CardBody) : whole;
  }

  // No standing answer covers what holds a secret.
  return {
    grants: [],
    facts: { ...facts, secrets: kinds },
    materials,
    sentence: { ...sentence, details: [...sentence.details, say(isOwn ? 'activity.secret.own' : 'activity.secret')] },
    get card() {
      return (made ??= makeCard());
    },
  };
}

function asConnection(credential: string): Parameters<GateParts['connectionName']>[0] {
  // Credentials are kept under their connection's id.
  return credential as Parameters<GateParts['connectionName']>[0];
}

/** What a record or a file may keep of it for good: every secret of ours scrubbed, and what else looks like one masked. */
export function withoutSecrets<T extends JsonObject>(value: T, kinds: readonly SecretKind[] | undefined, { scrubJson, secrets }: Pick<GateParts, 'scrubJson' | 'secrets'>): T {
  const scrubbed = scrubJson(value);
  return kinds === undefined ? scrubbed : secrets.mask(scrubbed);
}
