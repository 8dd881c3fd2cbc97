import type { IncomingMessage } from 'node:http';
import { bodyLimit, tooLarge } from './entry-checks.ts';
import type { Refusal } from './entry.ts';
import { depthLimit } from './json-depth.ts';

/** The parsed body, or why it is refused. Undefined when the client went away before it was all there. */
export type Body = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly refusal: Refusal } | undefined;

/** Reads a JSON body, declared or chunked, up to `bodyLimit` bytes and `depthLimit` levels. */
export async function readJsonBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      // Without an encoding set, a request's chunks are buffers.
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > bodyLimit) return refused(tooLarge);
      chunks.push(bytes);
    }
  } catch {
    return undefined;
  }
  return parseJson(Buffer.concat(chunks));
}

/** Strict UTF-8, strict JSON, bounded depth. */
export function parseJson(bytes: Uint8Array): NonNullable<Body> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refused({ status: 400, code: -32700, text: 'The request is not UTF-8 text. Nothing was done.' });
  }
  if (jsonDepth(text) > depthLimit) {
    return refused({ status: 400, code: -32600, text: `The request is nested deeper than ${depthLimit} levels. Nothing was done.` });
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return refused({ status: 400, code: -32700, text: 'The request is not valid JSON. Nothing was done.' });
  }
}

/** The deepest nesting of JSON text, found without parsing it; brackets within strings do not count. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (isInString) {
      if (character === 0x5c) index += 1;
      else if (character === 0x22) isInString = false;
    } else if (character === 0x22) isInString = true;
    else if (character === 0x7b || character === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (character === 0x7d || character === 0x5d) depth -= 1;
  }
  return deepest;
}

function refused(refusal: Refusal): NonNullable<Body> {
  return { ok: false, refusal };
}
