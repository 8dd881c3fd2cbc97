import { commandFacts, commandMarks, commandRows } from '../commands/command-card.ts';
import type { CommandDescription } from '../commands/description.ts';
import { describeArguments, describeCommandLine } from '../commands/describe-command.ts';
import type { ActionProfile, CardBody, Described } from '../model/action.ts';
import { disarm } from '../model/disarm.ts';
import { genericProfile } from '../model/generic-profile.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { UpstreamTool } from '../model/upstream.ts';
import type { Mark } from '../../preload/contract.ts';

/** Where in a tool's arguments a command stands. */
export interface CommandPlace {
  readonly command: string;
  /** The words after the program, where they stand apart. */
  readonly words: string | null;
  readonly folder: string | null;
}

const toolWords = new Set(['run', 'exec', 'execute', 'shell', 'bash', 'sh', 'zsh', 'cmd', 'command', 'commands', 'terminal', 'process', 'script', 'system', 'spawn', 'console', 'cli', 'ssh']);
const commandKeys = ['command', 'cmd', 'commandline', 'shellcommand', 'script', 'commands', 'argv'];
const wordKeys = ['args', 'arguments', 'argv', 'params'];
const folderKeys = ['cwd', 'workdir', 'workingdirectory', 'workingdir', 'directory', 'dir', 'folder'];

/** Undefined for a tool that does not look as if it runs commands: it is named so, and takes a text or a list of words that is called so. */
export function commandPlace({ name, inputSchema }: Pick<UpstreamTool, 'name' | 'inputSchema'>): CommandPlace | undefined {
  const words = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, ' ').toLowerCase().split(/[^a-z]+/);
  const properties = inputSchema['properties'];
  if (!words.some((word) => toolWords.has(word)) || !isJsonObject(properties)) return undefined;
  const find = (keys: readonly string[], types: readonly string[]): string | undefined =>
    Object.keys(properties)
      .filter((key) => keys.includes(key.toLowerCase().replaceAll(/[_-]/g, '')) && types.includes(typeOf(properties[key])))
      .toSorted((one, other) => keys.indexOf(one.toLowerCase()) - keys.indexOf(other.toLowerCase()))[0];
  const command = find(commandKeys, ['string', 'array']);
  if (command === undefined) return undefined;
  return { command, words: find(wordKeys.filter((key) => key !== command.toLowerCase()), ['array']) ?? null, folder: find(folderKeys, ['string']) ?? null };
}

function typeOf(schema: JsonValue | undefined): string {
  const type = isJsonObject(schema) ? schema['type'] : undefined;
  const [first] = Array.isArray(type) ? type.filter((one) => one !== 'null') : [type];
  return typeof first === 'string' ? first : '';
}

/**
 * For a tool nobody described that looks as if it runs commands: the careful generic description, with what the command would do
 * beside it. Which shell reads it is not known, and neither is whether the tool does what it seems to, so nothing becomes less suspicious.
 */
export function shellToolProfile(tool: string, place: CommandPlace, doubts: readonly Mark[]): ActionProfile {
  const generic = genericProfile(tool, disarm, doubts);
  return {
    ...generic,
    async describe(args, context) {
      const described = await generic.describe(args, context);
      const command = readCommand(args, place);
      if (command === undefined || !('facts' in described)) return described;
      return withCommand(described, command);
    },
  };
}

function withCommand(described: Described, command: CommandDescription): Described {
  let card: CardBody | undefined;
  return {
    facts: { ...described.facts, ...commandFacts(command) },
    materials: described.materials,
    sentence: described.sentence,
    get card() {
      const { unusual, rows, ...body } = described.card;
      const marks = commandMarks(command).filter(({ text }) => !unusual.some((mark) => mark.text.id === text.id));
      return (card ??= { ...body, unusual: [...unusual, ...marks], rows: [...commandRows(command), ...rows] });
    },
  };
}

function readCommand(args: JsonObject, place: CommandPlace): CommandDescription | undefined {
  const own = (key: string | null): JsonValue | undefined => (key !== null && Object.hasOwn(args, key) ? args[key] : undefined);
  const [command, more, at] = [own(place.command), own(place.words), own(place.folder)];
  const folder = typeof at === 'string' && at.startsWith('/') ? { folder: at } : {};
  const words = Array.isArray(more) ? more : [];
  if (typeof command === 'string') {
    // Whether words that stand apart are quoted before a shell reads them is the tool's secret: a shell is the worse case.
    return describeCommandLine([command, ...words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)))].join(' '), { ...folder, shell: 'unknown' });
  }
  if (!Array.isArray(command) || command.length === 0) return undefined;
  const texts = [...command, ...words].map((word) => (typeof word === 'string' ? word : JSON.stringify(word)));
  // A list is the words of one program, or several lines.
  return /\s/.test(texts[0] ?? '') ? describeCommandLine(texts.join('\n'), { ...folder, shell: 'unknown' }) : describeArguments(texts, { ...folder, shell: 'unknown' });
}
