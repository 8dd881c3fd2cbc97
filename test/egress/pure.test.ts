import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LentKey } from '../../preload/contract.ts';
import { findPlace } from '../../main/egress/key-places.ts';
import { Concealer } from '../../main/sandbox/helper/concealer.ts';
import { lookThrough } from '../../main/sandbox/helper/content.ts';

const mark = `cst_${'a1'.repeat(21)}b`;

async function conceal(pairs: readonly (readonly [string, string])[], chunks: readonly string[]): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(new Concealer(pairs))) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** The text cut at those places. */
function cut(text: string, at: readonly number[]): readonly string[] {
  const places = [...new Set(at.map((place) => place % (text.length + 1)))].toSorted((a, b) => a - b);
  return [0, ...places].map((from, index) => text.slice(from, [...places, text.length][index]));
}

const request = (target: string, headers: readonly (readonly [string, string])[] = []) => ({ kind: 'request', host: 'h.example', port: 443, scheme: 'https', method: 'GET', target, headers }) as const;
const key = (place: LentKey['place']): LentKey => ({ variable: 'K', hosts: ['h.example'], place });
const body = (...parts: string[]): ReadableStream<Uint8Array> => new Response(new Blob(parts)).body ?? new ReadableStream();

describe('an answer', () => {
  test('does not tell the secret, however it comes in pieces, and is else as it was', async () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 2, maxLength: 5 }), fc.array(letters, { maxLength: 6 }), fc.array(fc.nat()), async (secret, between, at) => {
        const text = between.join(secret);
        expect(await conceal([[secret, '#']], cut(text, at))).toBe(text.replaceAll(secret, '#'));
      }),
    );
  });

  test('is passed on at once as far as it cannot begin a secret', () => {
    const concealer = new Concealer([['secret', '#']]);
    concealer.write('data: x\n\nsec');
    expect(String(concealer.read())).toBe('data: x\n\n');
  });
});

describe('the place of a key', () => {
  test('in an address changes that one parameter, whatever is around it', () => {
    const parameter = fc.tuple(fc.string({ unit: fc.constantFrom('a', 'b', '%20', '+', 'key'), minLength: 1, maxLength: 4 }), fc.webFragments()).map((pair) => pair.join('='));
    fc.assert(
      fc.property(fc.array(parameter), fc.array(parameter), fc.string({ minLength: 8 }).filter((text) => text.isWellFormed()), (before, after, secret) => {
        const target = `/p?${[...before, `key=${mark}`, ...after].join('&')}`;
        const changed = findPlace(key({ kind: 'query', name: 'key' }), mark, request(target))?.(secret).target;
        expect(changed).toBe(`/p?${[...before, `key=${encodeURIComponent(secret)}`, ...after].join('&')}`);
      }),
    );
  });

  test.each([
    ['bearer', { kind: 'bearer' }, '/', [['authorization', `Bearer x${mark}`]]],
    ['bearer', { kind: 'bearer' }, '/', [['authorization', `Bearer ${mark}, Bearer ${mark}`]]],
    ['bearer', { kind: 'bearer' }, '/', [['x-other', `Bearer ${mark}`]]],
    ['header', { kind: 'header', name: 'X-Key' }, '/', [['x-key', ` ${mark} and more`]]],
    ['basic', { kind: 'basic' }, '/', [['authorization', `Basic ${Buffer.from(`${mark}:x`).toString('base64')}`]]],
    ['basic', { kind: 'basic' }, '/', [['authorization', `Bearer ${mark}`]]],
    ['query', { kind: 'query', name: 'key' }, `/?other=${mark}`, []],
    ['query', { kind: 'query', name: 'key' }, `/key=${mark}`, []],
    ['query', { kind: 'query', name: 'key' }, `/?key=x${mark}`, []],
  ] as const)('is nowhere else (%s)', (_name, place, target, headers) => {
    expect(findPlace(key(place), mark, request(target, headers))).toBeNull();
  });
});

test('content tells its stand-ins, also across pieces, and only from its beginning', async () => {
  const found: string[] = [];
  await lookThrough(body(`token=${mark}&x`), (one) => found.push(one));
  await lookThrough(Readable.toWeb(Readable.from([Buffer.from(`a${mark.slice(0, 20)}`), Buffer.from(`${mark.slice(20)}b`)])) as ReadableStream<Uint8Array>, (one) => found.push(one));
  await lookThrough(body('x'.repeat(200_000), mark), (one) => found.push(one));
  expect(found).toEqual([mark, mark]);
});
