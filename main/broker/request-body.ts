import type { IncomingMessage } from 'node:http';
import { bodyLimit, tooLarge } from './entry-checks.ts';
import type { Refusal } from './entry.ts';
import { depthLimit } from './json-depth.ts';
import { invalidRequest, parseError } from './json-rpc.ts';

/** The parsed body, or why it is refused. Undefined when the client went away before it was all there. */
export type Body = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly refusal: Refusal } | undefined;

/** Bytes beyond `bodyLimit` that are read and thrown away, so that a client that still sends sees the refusal. */
const mostDiscarded = 64 * 1024 * 1024;

/** Reads a JSON body, declared or chunked, up to `bodyLimit` bytes and `depthLimit` levels. */
export function readJsonBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= bodyLimit) chunks.push(chunk);
      else if (size <= bodyLimit + mostDiscarded) resolve(refused(tooLarge));
      else request.destroy();
    });
    request.once('end', () => {
      if (size <= bodyLimit) resolve(parseJson(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    });
    request.once('error', () => resolve(undefined));
    request.once('close', () => resolve(undefined));
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Strict UTF-8, strict JSON, bounded depth. */
export function parseJson(bytes: Uint8Array): NonNullable<Body> {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return refused({ status: 400, code: parseError, text: 'The request is not UTF-8 text. Nothing was done.' });
  }
  if (jsonDepth(text) > depthLimit) {
    return refused({ status: 400, code: invalidRequest, text: `The request is nested deeper than ${depthLimit} levels. Nothing was done.` });
  }
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return refused({ status: 400, code: parseError, text: 'The request is not valid JSON. Nothing was done.' });
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
