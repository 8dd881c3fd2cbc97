import type { CallToolResult, ClientCapabilities, ContentBlock, InputRequest, Tool } from '@modelcontextprotocol/server';
import { setTimeout as pause } from 'node:timers/promises';
import { pixel, silence, text, textResource } from './content.ts';

/** What a tool or a prompt wants to know before it goes on; put to the client in whichever way its era has. */
export interface Asking {
  readonly questions: Readonly<Record<string, InputRequest>>;
  /** Comes back with the answers. */
  readonly state?: string;
}

/** One turn of a request that may ask: what the client said so far. */
export interface Turn {
  readonly answers: Readonly<Record<string, unknown>>;
  readonly state: string | undefined;
  readonly capabilities: ClientCapabilities;
  progress(done: number, total: number): Promise<void>;
  log(message: string): Promise<void>;
  /** Tells every client that listens. */
  changed(what: 'tools' | 'prompts' | 'resource'): void;
}

export interface OfferedTool {
  readonly definition: Tool;
  readonly run: (args: Readonly<Record<string, unknown>>, turn: Turn) => CallToolResult | Asking | Promise<CallToolResult | Asking>;
}

export function offer(name: string, description: string, run: OfferedTool['run'], properties: Tool['inputSchema']['properties'] = {}, rest: Partial<Tool['inputSchema']> = {}): OfferedTool {
  return { definition: { name, description, inputSchema: { type: 'object', properties: { ...properties }, ...rest } }, run };
}

export function says(...content: readonly ContentBlock[]): CallToolResult {
  return { content: [...content] };
}

/** Milliseconds between the steps of the tools that tell how they get on. */
const step = 50;

async function stepwise(atStep: (index: number) => Promise<void>): Promise<CallToolResult> {
  for (let index = 0; index < 3; index += 1) {
    if (index > 0) await pause(step);
    await atStep(index);
  }
  return says(text('All three steps are done.'));
}

const logLines = ['Tool execution started', 'Tool processing data', 'Tool execution completed'] as const;
const logThreeTimes: OfferedTool['run'] = (_, turn) => stepwise((index) => turn.log(logLines[index] ?? ''));

/** JSON Schema 2020-12 as the suite compares it, keyword by keyword (SEP-1613, SEP-2106). */
const fullVocabulary = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $defs: { address: { $anchor: 'addressDef', type: 'object', properties: { street: { type: 'string' }, city: { type: 'string' } } } },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's keyword; nothing awaits it
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

/** An argument that goes into a header too, over HTTP (SEP-2243). */
const region = { type: 'string', 'x-mcp-header': 'Region' };

/** Tools that answer by themselves. */
export const plainTools: readonly OfferedTool[] = [
  offer('test_simple_text', 'Returns one text.', () => says(text('This is a simple text response for testing.'))),
  offer('test_image_content', 'Returns one image.', () => says(pixel)),
  offer('test_audio_content', 'Returns one sound.', () => says(silence)),
  offer('test_embedded_resource', 'Returns one embedded resource.', () => says(textResource('test://embedded-resource', 'This is an embedded resource content.'))),
  offer('test_multiple_content_types', 'Returns a text, an image and a resource.', () =>
    says(text('Multiple content types test:'), pixel, textResource('test://mixed-content-resource', '{"test":"data","value":123}', 'application/json')),
  ),
  offer('test_error_handling', 'Always fails.', () => ({ isError: true, content: [text('This tool intentionally returns an error for testing')] })),
  offer('test_tool_with_progress', 'Tells three times how far it is.', (_, turn) => stepwise((index) => turn.progress(index * 50, 100))),
  offer('test_tool_with_logging', 'Logs three lines.', logThreeTimes),
  offer('test_logging_tool', 'Logs three lines, to those who asked for them.', logThreeTimes),
  offer('test_trigger_tool_change', 'Says that the list of tools has changed.', (_, turn) => announce(turn, 'tools')),
  offer('test_trigger_prompt_change', 'Says that the list of prompts has changed.', (_, turn) => announce(turn, 'prompts')),
  offer('test_trigger_resource_change', 'Says that the watched resource has changed.', (_, turn) => announce(turn, 'resource')),
  offer('test_custom_header', 'Repeats an argument that goes into a header too.', (args) => says(text(String(args['region']))), { region }),
  offer(
    'json_schema_2020_12_tool',
    'Tool with JSON Schema 2020-12 features',
    () => says(text('Taken.')),
    {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    fullVocabulary,
  ),
];

function announce(turn: Turn, what: 'tools' | 'prompts' | 'resource'): CallToolResult {
  turn.changed(what);
  return says(text('Everybody has been told.'));
}
