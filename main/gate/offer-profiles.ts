import type { Row } from '../../preload/contract.ts';
import type { ActionProfile, Described, DescribeContext, Facts } from '../model/action.ts';
import { disarm, disarmLine } from '../model/disarm.ts';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import { normalUri } from './uri.ts';

/** For reading a resource (MCP, resources), or being told when it changes: its URI is all there is to say about it. */
export function resourceProfile(uri: string, what: 'resource' | 'watch'): ActionProfile {
  const shown = disarmLine(uri);
  return {
    effect: 'read',
    ability: say(`${what}.ability`, { uri: shown }),
    describe: (args, context) =>
      Promise.resolve(
        Object.keys(args).length > 0
          ? { invalid: 'A resource is read by its URI alone.' }
          : described(what, { effect: 'read', isReversible: true, uri: normalUri(uri) }, { uri: shown }, [{ kind: 'text', label: say('card.row.uri'), text: shown, isStrong: true }], context),
      ),
  };
}

/** For taking a prompt (MCP, prompts): a text that the service writes, with the agent's own words put in. */
export function promptProfile(name: string): ActionProfile {
  const shown = disarmLine(name);
  return {
    effect: 'read',
    ability: say('prompt.ability', { prompt: shown }),
    describe(args, context) {
      if (Object.values(args).some((value) => typeof value !== 'string')) return Promise.resolve({ invalid: 'The arguments of a prompt must be texts.' });
      const rows: Row[] = [{ kind: 'text', label: say('card.row.prompt'), text: shown, isStrong: true }, ...argumentsRow(args)];
      return Promise.resolve(described('prompt', { effect: 'read', isReversible: true }, { prompt: shown }, rows, context));
    },
  };
}

/** For completing what is typed into a prompt's argument or a template (MCP, completion): the words so far go to the service. */
export function completionProfile(name: string): ActionProfile {
  const shown = disarmLine(name);
  return {
    effect: 'read',
    ability: say('completion.ability', { name: shown }),
    describe: (args, context) =>
      Promise.resolve(described('completion', { effect: 'read', isReversible: true }, { name: shown }, [{ kind: 'text', label: say('card.row.completion'), text: shown, isStrong: true }, ...argumentsRow(args)], context)),
  };
}

function argumentsRow(args: JsonObject): Row[] {
  return Object.keys(args).length === 0 ? [] : [{ kind: 'arguments', label: say('card.row.arguments'), json: disarm(JSON.stringify(args, null, 2)) }];
}

function described(what: 'resource' | 'watch' | 'prompt' | 'completion', facts: Facts, names: Readonly<Record<string, string>>, rows: readonly Row[], context: DescribeContext): Described {
  const values = { ...names, agent: context.agentName, connection: context.connectionName };
  return {
    facts,
    materials: [],
    card: {
      headline: say(`card.${what}.headline`, values),
      summary: say(`card.${what}.summary`, values),
      unusual: [],
      rows: [...rows, { kind: 'text', label: say('card.row.connection'), text: context.connectionName, isStrong: false }],
      risk: 'normal',
      confirm: null,
    },
    sentence: { did: say(`activity.${what}.did`, values), wanted: say(`activity.${what}.wanted`, values), details: [] },
  };
}
