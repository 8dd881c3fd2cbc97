import { IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import { PassThrough } from 'node:stream';
import { Socket } from 'node:net';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presentedToken, readEndpoint } from '../../main/broker/entry-checks.ts';
import { eventText } from '../../main/broker/http-reply.ts';
import { depthLimit, isDeeperThan } from '../../main/broker/json-depth.ts';
import { readIncoming, RpcFailure } from '../../main/broker/json-rpc.ts';
import { checkParamHeaders } from '../../main/broker/param-headers.ts';
import { readLine } from '../../main/broker/read-line.ts';
import { jsonDepth, parseJson, readJsonBody } from '../../main/broker/request-body.ts';
import { readEventId } from '../../main/broker/resumable-stream.ts';
import { parseHello, parseReply } from '../../main/broker/shim-protocol.ts';
import { checkStandardHeaders, decodeHeader, isModern } from '../../main/broker/standard-headers.ts';
import { paramHeaders } from '../../main/connections/param-headers.ts';
import type { JsonObject } from '../../main/model/json.ts';
import { connectionId } from '../../preload/contract.ts';
import { tool } from './harness.ts';

/** Any bytes, and text that nearly is JSON. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.tuple(fc.json(), fc.nat(), fc.uint8Array({ maxLength: 3 })).map(([json, at, noise]) => {
    const whole = Buffer.from(json);
    const place = at % (whole.length + 1);
    return new Uint8Array(Buffer.concat([whole.subarray(0, place), noise, whole.subarray(place)]));
  }),
);
const nested = fc.nat({ max: depthLimit * 2 }).chain((depth) => fc.boolean().map((isList) => ({ depth, text: isList ? `${'['.repeat(depth)}${']'.repeat(depth)}` : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}` })));

/** Bytes cut into pieces anywhere. */
function piecesOf(whole: Uint8Array, cuts: readonly number[]): readonly Buffer[] {
  const places = [...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort((a, b) => a - b);
  return places.map((end, index) => Buffer.from(whole.subarray(index === 0 ? 0 : places[index - 1], end)));
}

function requestWith(authorization: string): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { headers: { authorization } });
}

describe('a body', () => {
  test('is strict JSON in strict UTF-8, or refused; it never throws', () => {
    fc.assert(fc.property(bytes, (given) => {
      const body = parseJson(given);
      let expected: { readonly value: unknown } | undefined;
      try {
        expected = { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(given)) as unknown };
      } catch {
        expected = undefined;
      }
      expect(body).toEqual(expected === undefined ? { ok: false, refusal: expect.objectContaining({ status: 400, code: -32700 }) } : { ok: true, value: expected.value });
    }), { numRuns: 500 });
  });

  test('is refused exactly when it is nested deeper than the limit, and counting is the same before and after it is parsed', () => {
    fc.assert(fc.property(nested, fc.jsonValue({ maxDepth: 8 }), ({ depth, text }, value) => {
      expect(parseJson(Buffer.from(text)).ok).toBe(depth > 0 ? depth <= depthLimit : text === '1');
      const deep = jsonDepth(JSON.stringify(value));
      expect(isDeeperThan(value, deep)).toBe(false);
      if (deep > 0) expect(isDeeperThan(value, deep - 1)).toBe(true);
    }));
  });

  test('is the same however it arrives', async () => {
    await fc.assert(fc.asyncProperty(bytes, fc.array(fc.nat(), { maxLength: 5 }), async (given, cuts) => {
      const request = new IncomingMessage(new Socket());
      const body = readJsonBody(request);
      for (const piece of piecesOf(given, cuts)) request.push(piece);
      request.push(null);
      expect(await body).toEqual(parseJson(given));
    }), { numRuns: 60 });
  });
});

describe('a JSON-RPC message', () => {
  const word = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('2.0', 'tools/call', '__proto__'));
  const messages = fc.oneof(
    fc.jsonValue(),
    fc.record({ jsonrpc: fc.oneof(fc.constant('2.0'), fc.jsonValue()), id: fc.oneof(word, fc.maxSafeInteger(), fc.double(), fc.jsonValue()), method: fc.oneof(word, fc.jsonValue()), params: fc.oneof(fc.constant({}), fc.jsonValue()), result: fc.jsonValue(), error: fc.oneof(fc.record({ code: fc.integer(), message: word }), fc.jsonValue()) }, { requiredKeys: [] }),
  );

  test('is read as what it is, with the id that it has, or as none', () => {
    fc.assert(fc.property(messages, (given) => {
      // What is no object has no fields.
      const fields = Object(given) as Record<string, unknown>;
      const { id, method, params = {}, result } = fields;
      const expected = {
        request: { kind: 'request', request: { id, method, params } },
        notification: { kind: 'notification', method, params },
        response: { kind: 'response', id, result: typeof result === 'object' && result !== null && !Array.isArray(result) ? result : undefined, error: undefined },
        invalid: { kind: 'invalid', id: null },
      };
      const read = readIncoming(given);
      const isOurs = read.kind === 'invalid' || fields['jsonrpc'] === '2.0';
      const isNotified = read.kind === 'notification' && 'id' in fields;
      expect([isOurs, isNotified]).toEqual([true, false]);
      expect({ ...read, ...(read.kind === 'response' && { error: undefined }), ...(read.kind === 'invalid' && read.id === id && { id: null }) }).toEqual(expected[read.kind]);
    }), { numRuns: 500 });
  });

  test('that is right is never read as none', () => {
    fc.assert(fc.property(fc.oneof(word, fc.maxSafeInteger()), word, fc.dictionary(fc.string(), fc.jsonValue()), (id, method, params) => {
      expect(readIncoming({ jsonrpc: '2.0', id, method, params }).kind).toBe('request');
      expect(readIncoming({ jsonrpc: '2.0', method, params }).kind).toBe('notification');
      expect(readIncoming({ jsonrpc: '2.0', id, result: params }).kind).toBe('response');
    }));
  });
});

describe('lines before MCP begins', () => {
  const lines = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.record({ purpose: fc.constantFrom('connect', 'token', 'status', 'else'), agent: fc.oneof(fc.string(), fc.jsonValue()), name: fc.oneof(fc.string(), fc.jsonValue()), kind: fc.constantFrom('ready', 'token', 'refused') }, { requiredKeys: [] }).map((value) => JSON.stringify(value)));

  test('are read as one of those there are, or as none', () => {
    fc.assert(fc.property(lines, (line) => {
      const hello = parseHello(line);
      if (hello !== undefined && hello.purpose !== 'status') expect([typeof hello.agent, typeof hello.name]).toEqual(['string', 'string']);
      expect([undefined, 'connect', 'token', 'status']).toContain(hello?.purpose);
      expect([undefined, 'waiting', 'refused', 'ready', 'token', 'status']).toContain(parseReply(line)?.kind);
    }), { numRuns: 500 });
  });

  test('end at the first line feed however they arrive; what follows is left', async () => {
    await fc.assert(fc.asyncProperty(fc.stringMatching(/^[^\n]{0,30}$/), fc.uint8Array({ maxLength: 40 }), fc.array(fc.nat(), { maxLength: 4 }), async (line, rest, cuts) => {
      const stream = new PassThrough();
      // It reads, waits and puts back as any stream does.
      const read = readLine(stream as unknown as Socket);
      for (const piece of piecesOf(Buffer.concat([Buffer.from(`${line}\n`), rest]), cuts)) if (piece.length > 0) stream.write(piece);
      stream.end();
      expect(await read).toBe(line);
      const left: Buffer[] = [];
      for await (const chunk of stream) left.push(Buffer.from(chunk as Uint8Array));
      expect(Buffer.concat(left)).toEqual(Buffer.from(rest));
    }), { numRuns: 60 });
  });
});

describe('events', () => {
  test('carry any message in one event and nothing else', () => {
    fc.assert(fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' })), (value) => {
      const message = JSON.parse(JSON.stringify(value)) as JsonObject;
      const text = eventText(message, '1_2');
      const lines = text.split(/\r\n|\r|\n/);
      expect(lines).toEqual(['id: 1_2', 'event: message', expect.stringMatching(/^data: /), '', '']);
      expect(JSON.parse(lines[2]?.slice('data: '.length) ?? '')).toEqual(message);
    }));
  });

  test('have ids that lead back to their stream and number; other texts lead nowhere', () => {
    fc.assert(fc.property(fc.nat(), fc.nat({ max: 999_999_999 }), fc.string({ unit: 'binary' }), (stream, after, text) => {
      expect(readEventId(`${stream.toString(36)}_${after}`)).toEqual({ stream: stream.toString(36), after });
      const read = readEventId(text);
      if (read !== undefined) expect(text).toMatch(/^[0-9a-z]+_\d+$/);
    }));
  });
});

describe('headers', () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String().map((text) => `=?base64?${text}?=`));

  test('in base64 mean one text and one alone', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), value, (text, any) => {
      expect(decodeHeader(`=?base64?${Buffer.from(text).toString('base64')}?=`)).toBe(text);
      const meant = decodeHeader(any);
      if (meant !== undefined && meant !== any) expect(`=?base64?${Buffer.from(meant).toString('base64')}?=`).toBe(any);
    }));
  });

  test('let a request through only when they repeat it', () => {
    const fields = fc.constantFrom('2026-07-28', 'tools/call', 'a', 'b', '');
    fc.assert(fc.property(fc.record({ 'mcp-protocol-version': fields, 'mcp-method': fields, 'mcp-name': fields }, { requiredKeys: [] }), fields, fields, (headers: IncomingHttpHeaders, method, name) => {
      const request = { id: 1, method, params: { name, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } } };
      expect(isModern({ kind: 'request', request }, headers)).toBe(true);
      const isRepeated = headers['mcp-protocol-version'] === '2026-07-28' && headers['mcp-method'] === method && (method !== 'tools/call' || headers['mcp-name'] === name);
      if (isRepeated) checkStandardHeaders(request, headers);
      else expect(() => checkStandardHeaders(request, headers)).toThrow(RpcFailure);
    }), { numRuns: 500 });
  });

  test('that our own client side makes of arguments are the ones that are taken here, and no others', () => {
    const inputSchema: JsonObject = { type: 'object', properties: { text: { type: 'string', 'x-mcp-header': 'Text' }, count: { type: 'integer', 'x-mcp-header': 'Count' } } };
    const marked = tool('marked', { inputSchema });
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), value, (text, count, other) => {
      const args = { text, count };
      const sent = new Map(Object.entries(paramHeaders(inputSchema, args)).map(([name, own]) => [name.toLowerCase(), own]));
      expect(() => checkParamHeaders(marked, args, (name) => sent.get(name))).not.toThrow();
      fc.pre(decodeHeader(other.trim()) !== text);
      expect(() => checkParamHeaders(marked, args, (name) => (name === 'mcp-param-text' ? other : sent.get(name)))).toThrow(RpcFailure);
    }));
  });

  test('hold a token, and a path leads to an endpoint, only in the form there is', () => {
    fc.assert(fc.property(value, fc.stringMatching(/^[A-Za-z0-9_-]{1,60}$/), (any, token) => {
      expect(presentedToken(requestWith(`Bearer ${token}`), 7317)?.token).toBe(token);
      const read = presentedToken(requestWith(any), 7317)?.token;
      if (read !== undefined) expect(any.toLowerCase()).toBe(`bearer ${read.toLowerCase()}`);
      const endpoint = readEndpoint(`/mcp/${any}`);
      expect(endpoint === undefined).toBe(!connectionId.safeParse(any).success);
      expect(readEndpoint(any)?.only ?? null).toBe(null);
    }));
  });
});
