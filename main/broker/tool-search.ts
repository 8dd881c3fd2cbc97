import MiniSearch from 'minisearch';
import type { JsonObject } from '../model/json.ts';

export const findToolsName = 'countersign_find_tools';
export const callToolName = 'countersign_call_tool';

/** Tools given for one search unless the agent says otherwise, and at most. */
const usualCount = 8;
const mostFound = 50;
const longestQuery = 500;
/** Words of a query that are looked for: each is compared with every word of every tool. */
const mostWords = 16;

/** A tool as agents see it: MCP's `Tool`. */
export type ListedTool = JsonObject & { readonly name: string };

/** The tools that stand in for all others, for agents whose client drowns in long lists. */
export const searchTools: readonly ListedTool[] = [
  {
    name: findToolsName,
    title: 'Find tools',
    description:
      `Finds the tools that fit a task, with their descriptions and input schemas. Say in a few words what you want to do, then run one with ${callToolName}. ` +
      'Nothing else is listed here; there may be hundreds of tools.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', maxLength: longestQuery, description: 'What you want to do: "send an email", "list invoices".' },
        limit: { type: 'integer', minimum: 1, maximum: mostFound, description: `How many tools to return. Default: ${usualCount}.` },
      },
      required: ['query'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
  },
  {
    name: callToolName,
    title: 'Call a tool',
    description: `Runs a tool that ${findToolsName} found, by its name, with arguments that fit its input schema. The result is that tool's own.`,
    inputSchema: {
      type: 'object',
      properties: { name: { type: 'string', description: `A name from ${findToolsName}.` }, arguments: { type: 'object', description: 'The arguments for that tool.' } },
      required: ['name'],
      additionalProperties: false,
    },
  },
];

export interface SearchInput {
  readonly query: string;
  readonly limit: number;
}

/** Undefined when the arguments are not what the tool's schema says. */
export function readSearch({ query, limit = usualCount }: JsonObject): SearchInput | undefined {
  if (typeof query !== 'string' || query.length > longestQuery) return undefined;
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > mostFound) return undefined;
  return { query, limit };
}

const indexes = new WeakMap<readonly ListedTool[], MiniSearch<JsonObject>>();

/** The best first. Words of some length may be begun or misspelt; a name counts more than a description. */
export function searchFor({ query, limit }: SearchInput, tools: readonly ListedTool[]): readonly ListedTool[] {
  let index = indexes.get(tools);
  if (index === undefined) {
    index = new MiniSearch<JsonObject>({
      idField: 'place',
      fields: ['name', 'title', 'description'],
      tokenize: wordsOf,
      searchOptions: { boost: { name: 3, title: 2 }, prefix: (word) => word.length > 2, fuzzy: (word) => (word.length > 3 ? 0.2 : false) },
    });
    index.addAll(tools.map(({ name, title, description }, place) => ({ place, name, title: title ?? '', description: description ?? '' })));
    indexes.set(tools, index);
  }
  // The index was filled with places in this very list.
  return index.search([...new Set(wordsOf(query))].slice(0, mostWords).join(' ')).slice(0, limit).flatMap(({ id }) => tools[id as number] ?? []);
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}]+|(?<=\p{Ll})(?=\p{Lu})/u).filter((word) => word !== '');
}

/** The answer of the search tool: names, descriptions and schemas, as text for models and as data for programs. */
export function searchResult(found: readonly ListedTool[]): JsonObject {
  const tools = found.map(({ name, description, inputSchema }) => ({ name, description: description ?? '', inputSchema: inputSchema ?? { type: 'object' } }));
  const text = tools.length === 0 ? 'No tool fits. Try other words, or fewer.' : JSON.stringify(tools);
  return { content: [{ type: 'text', text }], structuredContent: { tools } };
}
