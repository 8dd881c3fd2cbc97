import { isSpecType, type Tool } from '@modelcontextprotocol/server';
import type { JsonObject } from '../model/json.ts';
import type { UpstreamTool } from '../model/upstream.ts';
import { waitToolName } from './tool-result.ts';

const emptySchema = { type: 'object' } as const;

/**
 * An upstream's tool as agents see it. What MCP does not allow in a tool is left out: one such tool would make the
 * whole list unreadable to a client.
 */
export function listedTool(name: string, tool: UpstreamTool): Tool {
  const listed: Tool = {
    name,
    ...(tool.title === undefined ? {} : { title: tool.title }),
    ...(tool.description === undefined ? {} : { description: tool.description }),
    inputSchema: isObjectSchema(tool.inputSchema) ? tool.inputSchema : emptySchema,
    ...(hasOutputSchema(tool) ? { outputSchema: tool.outputSchema } : {}),
    ...(tool.annotations === undefined ? {} : { annotations: { ...tool.annotations } }),
  };
  if (isSpecType.Tool(listed)) return listed;
  return { name, description: typeof tool.description === 'string' ? tool.description : '', inputSchema: emptySchema };
}

/** Whether agents are promised structured content of this tool. */
export function hasOutputSchema(tool: UpstreamTool): tool is UpstreamTool & { readonly outputSchema: ObjectSchema } {
  return tool.outputSchema !== undefined && isObjectSchema(tool.outputSchema) && isSpecType.Tool({ name: 'x', inputSchema: emptySchema, outputSchema: tool.outputSchema });
}

type ObjectSchema = JsonObject & { readonly type: 'object' };

function isObjectSchema(schema: JsonObject): schema is ObjectSchema {
  return schema['type'] === 'object';
}

export const waitTool: Tool = {
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
