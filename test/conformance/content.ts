import { ProtocolErrorCode, ResourceNotFoundError, type CallToolResult, type GetPromptResult, type Prompt, type ReadResourceResult, type Resource, type ResourceTemplateType, ProtocolError } from '@modelcontextprotocol/server';

type Block = CallToolResult['content'][number];

export const text = (words: string): Block & { type: 'text' } => ({ type: 'text', text: words });

/** One red pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
export const pixel = { type: 'image', data: png, mimeType: 'image/png' } as const;

/** A WAV file with no samples. */
export const silence = { type: 'audio', data: 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=', mimeType: 'audio/wav' } as const;

export function textResource(uri: string, words: string, mimeType = 'text/plain') {
  return { type: 'resource', resource: { uri, mimeType, text: words } } as const;
}

export const watchedUri = 'test://watched-resource';

export const resources: readonly Resource[] = [
  { uri: 'test://static-text', name: 'static-text', description: 'A text that never changes.', mimeType: 'text/plain' },
  { uri: 'test://static-binary', name: 'static-binary', description: 'A picture of one pixel.', mimeType: 'image/png' },
  { uri: watchedUri, name: 'watched-resource', description: 'A text that says when it changes.', mimeType: 'text/plain' },
];

export const templates: readonly ResourceTemplateType[] = [
  { uriTemplate: 'test://template/{id}/data', name: 'template', description: 'Data of one id.', mimeType: 'application/json' },
];

/** @throws {ResourceNotFoundError} for what is neither listed nor from the template. */
export function readResource(uri: string): ReadResourceResult {
  if (uri === 'test://static-text') return { contents: [{ uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' }] };
  if (uri === 'test://static-binary') return { contents: [{ uri, mimeType: 'image/png', blob: png }] };
  if (uri === watchedUri) return { contents: [{ uri, mimeType: 'text/plain', text: 'Watched.' }] };
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) throw new ResourceNotFoundError(uri);
  return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }) }] };
}

const argument = (name: string, description: string) => ({ name, description, required: true });

export const askingPrompt = 'test_input_required_result_prompt';

export const prompts: readonly Prompt[] = [
  { name: 'test_simple_prompt', description: 'One line of text.' },
  { name: 'test_prompt_with_arguments', description: 'Repeats its arguments.', arguments: [argument('arg1', 'First test argument'), argument('arg2', 'Second test argument')] },
  { name: 'test_prompt_with_embedded_resource', description: 'Holds a resource.', arguments: [argument('resourceUri', 'The resource to hold')] },
  { name: 'test_prompt_with_image', description: 'Holds a picture.' },
  { name: askingPrompt, description: 'Asks for a context first.' },
];

function said(...contents: readonly GetPromptResult['messages'][number]['content'][]): GetPromptResult {
  return { messages: contents.map((content) => ({ role: 'user', content })) };
}

/** @throws {ProtocolError} for a name that is not listed. */
export function getPrompt(name: string, args: Readonly<Record<string, string>> = {}): GetPromptResult {
  switch (name) {
    case 'test_simple_prompt':
      return said(text('This is a simple prompt for testing.'));
    case 'test_prompt_with_arguments':
      return said(text(`Prompt with arguments: arg1='${args['arg1']}', arg2='${args['arg2']}'`));
    case 'test_prompt_with_embedded_resource':
      return said(textResource(args['resourceUri'] ?? '', 'Embedded resource content for testing.'), text('Please process the embedded resource above.'));
    case 'test_prompt_with_image':
      return said(pixel, text('Please analyze the image above.'));
    default:
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no prompt ${name}.`);
  }
}

/** Words that an argument of `test_prompt_with_arguments` may be completed to. */
export function complete(value: string): string[] {
  return ['paris', 'park', 'party', 'test', 'testing'].filter((word) => word.startsWith(value));
}
