import type { ActionProfile } from '../model/action.ts';
import { say } from '../model/say.ts';

/**
 * For a tool nobody described: we do not know what it would do, and say so. The person sees the exact arguments and has
 * to say that they read them. What the tool says about itself is not used: a server's hints may be wrong.
 */
export function genericProfile(tool: string, show: (text: string) => string): ActionProfile {
  const name = show(tool);
  return {
    effect: 'unknown',
    ability: say('tool.generic.ability', { tool: name }),
    describe(args, context) {
      const json = show(JSON.stringify(args, null, 2));
      const values = { agent: context.agentName, tool: name, connection: context.connectionName };
      return Promise.resolve({
        facts: { effect: 'unknown', isReversible: false },
        materials: [],
        card: {
          headline: say('card.generic.headline', values),
          summary: say('card.generic.summary', values),
          unusual: [{ text: say('card.mark.unknownEffect'), tone: 'mind' }],
          rows: [
            { kind: 'text', label: say('card.row.tool'), text: name, isStrong: true },
            { kind: 'text', label: say('card.row.connection'), text: context.connectionName, isStrong: false },
            { kind: 'arguments', label: say('card.row.arguments'), json },
          ],
          risk: 'high',
          confirm: say('card.generic.confirm'),
        },
        sentence: { did: say('activity.generic.did', values), wanted: say('activity.generic.wanted', values), details: [] },
      });
    },
  };
}
