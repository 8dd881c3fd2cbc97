import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import type { UpstreamTool } from '../model/upstream.ts';

const mostPages = 500;
const mostItems = 20_000;

/**
 * Reads every page of a list (MCP, Pagination). What is no object is left out; a page that was there before ends the list.
 * Rejects when it does not end within 500 pages or 20,000 items.
 */
export async function readPages(key: string, readPage: (cursor: string | undefined) => Promise<JsonObject>): Promise<readonly JsonObject[]> {
  const items: JsonObject[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page += 1) {
    const result = await readPage(cursor);
    const listed: JsonValue | undefined = result[key];
    if (!Array.isArray(listed)) throw new Error('The service gave a list that cannot be read.');
    for (const item of listed) if (isJsonObject(item)) items.push(item);
    const next = result['nextCursor'];
    if (typeof next !== 'string' || seen.has(next)) return items;
    if (items.length > mostItems) break;
    seen.add(next);
    cursor = next;
  }
  throw new Error('The list of the service does not end.');
}

/** MCP's `Tool`, without what this app does not know. Undefined: it has no name or no schema. */
export function readTool({ name, title, description, inputSchema, outputSchema, annotations, icons, _meta }: JsonObject): UpstreamTool | undefined {
  if (typeof name !== 'string' || !isJsonObject(inputSchema)) return undefined;
  return {
    name,
    inputSchema,
    ...(typeof title === 'string' ? { title } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(isJsonObject(outputSchema) ? { outputSchema } : {}),
    ...(isJsonObject(annotations) ? { annotations } : {}),
    ...(Array.isArray(icons) ? { icons: icons.filter((icon: JsonValue) => isJsonObject(icon)) } : {}),
    ...(isJsonObject(_meta) ? { _meta } : {}),
  };
}
