import type { Mark } from '../../preload/contract.ts';
import type { ActionProfile, CardBody } from './action.ts';
import { disarmLine, isArmed } from './disarm.ts';
import { say } from './say.ts';

/**
 * For a tool nobody described: we do not know what it would do, and say so. The person sees the exact arguments and has
 * to say that they read them. What the tool says about itself is not used: a server's hints may be wrong.
 *
 * @param doubts what speaks against it beyond that.
 */
export function genericProfile(tool: string, show: (text: string) => string, doubts: readonly Mark[] = []): ActionProfile {
  // On one line: what comes after a line break could pass for words of ours.
  const name = disarmLine(tool);
  return {
    effect: 'unknown',
    ability: say('tool.generic.ability', { tool: name }),
    describe(args, context) {
      const values = { agent: context.agentName, tool: name, connection: context.connectionName };
      let card: CardBody | undefined;
      const makeCard = (): CardBody => {
        const json = JSON.stringify(args, null, 2);
        return {
          headline: say('card.generic.headline', values),
          summary: say('card.generic.summary', values),
          unusual: [
            ...doubts,
            { text: say('card.mark.unknownEffect'), tone: 'mind' },
            // Written as JSON, line breaks are escaped, so what is armed here hides something.
            ...(isArmed(json) ? [{ text: say('mark.hiddenCharacters'), tone: 'stop' as const }] : []),
          ],
          rows: [
            { kind: 'text', label: say('card.row.tool'), text: name, isStrong: true },
            { kind: 'text', label: say('card.row.connection'), text: context.connectionName, isStrong: false },
            { kind: 'arguments', label: say('card.row.arguments'), json: show(json) },
          ],
          risk: 'high',
          confirm: say('card.generic.confirm'),
        };
      };
      return Promise.resolve({
        facts: { effect: 'unknown', isReversible: false },
        materials: [],
        // Most actions are allowed and need no card; the arguments of one may be megabytes to write out.
        get card() {
          return (card ??= makeCard());
        },
        sentence: { did: say('activity.generic.did', values), wanted: say('activity.generic.wanted', values), details: [] },
      });
    },
  };
}
