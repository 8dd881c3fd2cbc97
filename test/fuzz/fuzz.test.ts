import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../main/gate/freeze.ts';
import { agentId, connectionId } from '../../preload/contract.ts';
import { Findings } from '../long-run/findings.ts';
import { makeHttpFrame, type Door } from './http-frames.ts';
import { isEchoOf, Judge } from './judge.ts';
import { dueAnswers, makeLine } from './line-lane.ts';
import { compareWithRecord, type CountedDeed } from './record.ts';
import { NoAnswerError, ResponseReader } from './response-reader.ts';

const door: Door = { port: 8765, token: 'cst_x', session: 'a-session', connection: 'fuzzed' };

function echo(id: string, key: string, isError = false): object {
  return { content: [{ type: 'text', text: id }, { type: 'text', text: `My key is ${key}.` }], ...(isError ? { isError } : {}) };
}

function ended(outcome: string): readonly [string, string, object] {
  return ['ended', 'a1', { outcome }];
}

describe('frames', () => {
  test('are the same for the same seed and number, and differ for others', () => {
    for (let number = 0; number < 200; number += 1) {
      expect(makeHttpFrame(5, number, door)).toEqual(makeHttpFrame(5, number, door));
      expect(makeLine(5, number, 'modern', 'fuzzed')).toEqual(makeLine(5, number, 'modern', 'fuzzed'));
    }
    const different = new Set(Array.from({ length: 200 }, (_none, number) => Buffer.concat(makeHttpFrame(5, number, door).pieces).toString('latin1')));
    expect(different.size).toBeGreaterThan(195);
  });

  test('that are said to be whole requests are each one request, to Node’s own parser', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.end());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    // A TCP server's address is an AddressInfo.
    const { port } = server.address() as AddressInfo;
    const frames = Array.from({ length: 1_000 }, (_none, number) => makeHttpFrame(6, number, { ...door, port })).filter(({ framing }) => framing === 'framed');
    let requests = 0;
    server.on('request', () => (requests += 1));
    const socket = connect(port, '127.0.0.1');
    let answers = 0;
    const reader = new ResponseReader(() => false);
    await new Promise<void>((resolve) => {
      socket.on('close', () => resolve());
      socket.on('data', (chunk: Buffer) => {
        answers += reader.read(chunk).filter(({ status }) => status === 200).length;
        if (answers === frames.length) socket.destroy();
      });
      for (const { pieces } of frames) for (const piece of pieces) socket.write(piece);
    });
    server.close();
    expect([requests, answers]).toEqual([frames.length, frames.length]);
    expect(frames.length).toBeGreaterThan(400);
  });
});

describe('answers', () => {
  const two = Buffer.from('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nno \r\n2\r\nno\r\n0\r\n\r\n');

  test('are read the same however they arrive', () => {
    fc.assert(fc.property(fc.array(fc.nat({ max: two.length }), { maxLength: 6 }), (cuts) => {
      const reader = new ResponseReader(() => false);
      const places = [...cuts, two.length].sort((a, b) => a - b);
      const read = places.flatMap((end, index) => reader.read(two.subarray(index === 0 ? 0 : places[index - 1], end)));
      expect(read.map(({ status, body }) => [status, body])).toEqual([[200, 'ok'], [404, 'no no']]);
    }));
  });

  test.each(['HTTP/1.1 2000 OK\r\n\r\n', 'hello\r\n\r\n', 'HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\n\r\n', 'HTTP/1.1 200 OK\r\n\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'])('that are none are told: %j', (text) => {
    expect(() => new ResponseReader(() => false).read(Buffer.from(text))).toThrow(NoAnswerError);
  });

  test('with a secret, a path, or where code runs are found; honest ones are not', () => {
    const findings = new Findings();
    const judge = new Judge(findings, ['a-secret']);
    judge.text('{"error":{"code":-32602,"message":"There is no such tool."}}', 'frame 1');
    expect(findings.isClean).toBe(true);
    for (const text of ['x a-secret y', 'Error\n    at open (node:fs:1:1)', 'TypeError: x', '/app/main/gate/gate.ts:12']) {
      const own = new Findings();
      new Judge(own, ['a-secret']).text(text, 'frame 1');
      expect([text, own.isClean]).toEqual([text, false]);
    }
  });

  test('of a right call are its own, scrubbed and no errors', () => {
    expect(isEchoOf('s-1', echo('s-1', '[secret removed]'))).toBe(true);
    expect(isEchoOf('s-1', echo('s-10', '[secret removed]'))).toBe(false);
    expect(isEchoOf('s-1', echo('s-1', 'abc'))).toBe(false);
    expect(isEchoOf('s-1', echo('s-1', '[secret removed]', true))).toBe(false);
  });

  test('are due for every line that is one request, but for what is cancelled or never ends', () => {
    const lines = ['{"jsonrpc":"2.0","id":1,"method":"ping"}', '{"jsonrpc":"2.0","id":1,"method":"x","params":{}}', '{"jsonrpc":"2.0","id":"a","method":"x","params":[]}', '{"jsonrpc":"2.0","id":1.5,"method":"x"}', '{"jsonrpc":"2.0","method":"x"}', 'no', '{"jsonrpc":"2.0","id":2,"method":"subscriptions/listen"}', '{"jsonrpc":"2.0","id":3,"method":"x"}', '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":3}}', `{"jsonrpc":"2.0","id":4,"method":"x","params":{"a":${'['.repeat(64)}${']'.repeat(64)}}}`];
    expect([...dueAnswers(Buffer.from(`${lines.join('\n')}\n`))]).toEqual([['1', 2]]);
  });
});

describe('the record', () => {
  const agent = 'claw-1';
  const deed: CountedDeed = { kind: 'invokeTool', name: 'echo', arguments: { id: 'f-1' } };
  const digest = digestOf({ ...deed, agent: agentId.parse(agent), connection: connectionId.parse('fuzzed'), materials: [] });

  async function compare(deeds: readonly CountedDeed[], events: readonly (readonly [string, string, object])[]): Promise<string> {
    const home = await mkdtemp(join(tmpdir(), 'countersign-fuzz-'));
    try {
      const database = new DatabaseSync(join(home, 'activity.db'));
      database.exec('CREATE TABLE events (kind TEXT, action TEXT, body TEXT)');
      const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?)');
      for (const [kind, action, body] of events) insert.run(kind, action, JSON.stringify(body));
      database.close();
      await writeFile(join(home, 'journal'), deeds.map((one) => `${JSON.stringify(one)}\n`).join(''));
      const findings = new Findings();
      await compareWithRecord(home, join(home, 'journal'), 'fuzzed', [agent, 'claw-2'], findings);
      return findings.toString();
    } finally {
      await rm(home, { recursive: true });
    }
  }
  const intent = ['intent', 'a1', { digest, actionKind: 'invokeTool', tool: 'echo' }] as const;

  test.each(['done', 'failed', 'unknown'])('admits a deed that ended as %s', async (outcome) => {
    expect(await compare([deed], [intent, ended(outcome)])).toBe('');
  });

  test('finds a deed without an intent, with other arguments, done twice, or told as not done', async () => {
    const unrecorded = /Something was done without an intent/;
    expect(await compare([deed], [])).toMatch(unrecorded);
    expect(await compare([{ ...deed, arguments: { id: 'f-2' } }], [intent, ended('failed')])).toMatch(unrecorded);
    expect(await compare([deed, deed], [intent, ended('done')])).toMatch(unrecorded);
    expect(await compare([deed], [intent, ended('blocked')])).toMatch(unrecorded);
  });

  test('finds an intent without an end, an end without a deed, two ends, and what no rule allows', async () => {
    expect(await compare([], [intent])).toMatch(/An intent has no outcome/);
    expect(await compare([], [intent, ended('done')])).toMatch(/on record as done, and was not/);
    expect(await compare([deed], [intent, ended('done'), ended('done')])).toMatch(/ended twice/);
    expect(await compare([{ ...deed, name: 'forbidden' }], [])).toMatch(/What no rule allows was done/);
  });
});
