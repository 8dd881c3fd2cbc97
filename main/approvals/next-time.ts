import type { Approval } from '../../preload/contract.ts';
import type { Decision, Facts, FrozenAction, Risk } from '../model/action.ts';
import { disarmLine } from '../model/disarm.ts';
import { onceFacts, type GrantOffer, type OnceFacts } from '../model/grant.ts';
import { say } from '../model/say.ts';
import type { Grantee } from './grants.ts';

/** What may be allowed once when nobody answered in time: for whom, and how far. Kept beside its card, for this app alone. */
export interface NextTime {
  readonly grantee: Grantee;
  readonly offer: GrantOffer;
}

/** Characters of JSON: the scope becomes policy text, and what is longer is no narrow answer. */
const largestScope = 20_000;

/**
 * What the person may allow for the next time, should nobody answer this question: exactly this action, once. Undefined where
 * much is at stake, a secret is in it, it has to be signed, the organization wants to be asked, or it is anything but reading,
 * sending or changing.
 */
export function nextTimeOf(action: FrozenAction, facts: Facts, risk: Risk, { layer, signing }: Pick<Decision, 'layer' | 'signing'>): NextTime | undefined {
  const { agent, connection, kind, name, digest } = action;
  const { effect } = facts;
  if (layer === 'organization' || signing !== undefined || risk !== 'normal' || facts.secrets !== undefined) return undefined;
  if (kind !== 'invokeTool' && kind !== 'readResource') return undefined;
  if (effect !== 'read' && effect !== 'send' && effect !== 'change') return undefined;
  const known = onceFactsOf(facts);
  const about = facts.subject ?? facts.query ?? facts.resources?.[0] ?? facts.paths?.[0] ?? '';
  const offer: GrantOffer = {
    id: 'once',
    scope: { kind: 'once', digest, effect, facts: known ?? {} },
    sentence: say('grant.once', { tool: disarmLine(name), about: disarmLine(about.slice(0, 200)), hasAbout: about === '' ? 'no' : 'yes' }),
    lasts: 'today',
    uses: 1,
  };
  return known === undefined || JSON.stringify(offer).length > largestScope ? undefined : { grantee: { agent, connection, kind, name }, offer };
}

/** Undefined: one of them has no exact form among the rules. */
function onceFactsOf(facts: Facts): OnceFacts | undefined {
  const entries = onceFacts.flatMap((name) => (facts[name] === undefined ? [] : [[name, facts[name]] as const]));
  return entries.every(([, value]) => typeof value !== 'number' || Number.isSafeInteger(value)) ? Object.fromEntries(entries) : undefined;
}

/** What a card says once nobody answered it: whether it may be allowed the next time. What the person had changed is not what the Claw would ask for again. */
export function whenLate({ card, signing, edit }: Approval, nextTime: NextTime | undefined): Pick<Approval, 'nextTime'> {
  return nextTime === undefined || card.risk !== 'normal' || signing !== undefined || edit !== undefined ? {} : { nextTime: { grant: null } };
}
