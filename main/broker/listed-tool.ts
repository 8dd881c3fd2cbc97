import { isSpecType } from '@modelcontextprotocol/server';
import { isJsonObject, type JsonObject } from '../model/json.ts';
import type { UpstreamTool } from '../model/upstream.ts';
import { waitToolName } from './tool-result.ts';
import type { ListedTool } from './tool-search.ts';

const emptySchema = { type: 'object' } as const;

/**
 * An upstream's tool as agents see it. What MCP does not allow in a tool is left out: one such tool would make the
 * whole list unreadable to a client.
 */
export function listedTool(name: string, tool: UpstreamTool): ListedTool {
  const listed = fullTool(name, tool);
  let isReadable = readable.get(tool);
  if (isReadable === undefined) readable.set(tool, (isReadable = isSpecType.Tool(listed)));
  return isReadable ? listed : { name, description: typeof tool.description === 'string' ? tool.description : '', inputSchema: emptySchema };
}

/** Which tools clients can read; checking takes a while, and lists are long. */
const readable = new WeakMap<UpstreamTool, boolean>();

function fullTool(name: string, tool: UpstreamTool): ListedTool {
  const { title, description, inputSchema, annotations, icons, _meta } = tool;
  return {
    name,
    ...(typeof title === 'string' ? { title } : {}),
    description: typeof description === 'string' ? description : '',
    inputSchema: isObjectSchema(inputSchema) ? inputSchema : emptySchema,
    ...(hasOutputSchema(tool) ? { outputSchema: tool.outputSchema } : {}),
    ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
    ...(icons === undefined ? {} : { icons }),
    ...(_meta === undefined ? {} : { _meta }),
  };
}

/** Whether agents are promised structured content of this tool. */
export function hasOutputSchema(tool: UpstreamTool): tool is UpstreamTool & { readonly outputSchema: JsonObject } {
  return isJsonObject(tool.outputSchema);
}

function isObjectSchema(schema: JsonObject): boolean {
  return schema['type'] === 'object';
}

/**
 * As older clients can read it: up to 2025-11-25 an output schema describes an object, and so does structured content
 * (2026-07-28 allows any value, SEP-2106).
 */
export function forOlderClients(tool: ListedTool): ListedTool {
  const { outputSchema, ...rest } = tool;
  return outputSchema === undefined || (isJsonObject(outputSchema) && isObjectSchema(outputSchema)) ? tool : { ...rest, name: tool.name };
}

export const waitTool: ListedTool = {
  name: waitToolName,
  title: 'Wait for an approval',
  description:
    'Waits for a request that Countersign is still asking the person about, and returns its result. Give the action id from the "Waiting for approval" answer. Never sends a new request.',
  inputSchema: {
    type: 'object',
    properties: { action: { type: 'string', format: 'uuid', description: 'The action id from the waiting answer.' } },
    required: ['action'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true, idempotentHint: true, openWorldHint: false },
};
