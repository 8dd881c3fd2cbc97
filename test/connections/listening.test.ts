import { ProtocolError, type Client, type McpSubscription } from '@modelcontextprotocol/client';
import { expect, test } from 'vitest';
import { Listening } from '../../main/connections/listening.ts';
import type { UpstreamChange } from '../../main/model/upstream.ts';
import { createManualClock } from './manual-clock.ts';

type Filter = Parameters<Client['listen']>[0];

/** The SDK's side of `subscriptions/listen`, without a server. */
function createServer(capabilities: ReturnType<Client['getServerCapabilities']>) {
  const streams: { readonly filter: Filter; isOpen: boolean; end(cause: 'graceful' | 'remote'): void }[] = [];
  const server = {
    streams,
    refusal: undefined as Error | undefined,
    getServerCapabilities: () => capabilities,
    listen(filter: Filter): Promise<McpSubscription> {
      if (server.refusal !== undefined) return Promise.reject(server.refusal);
      const closed = Promise.withResolvers<'graceful' | 'local' | 'remote'>();
      const stream = {
        filter,
        isOpen: true,
        end: (cause: 'graceful' | 'remote') => {
          stream.isOpen = false;
          closed.resolve(cause);
        },
      };
      streams.push(stream);
      const close = (): Promise<void> => {
        stream.isOpen = false;
        closed.resolve('local');
        return Promise.resolve();
      };
      const honored = { ...filter, ...(filter.resourceSubscriptions === undefined ? {} : { resourceSubscriptions: filter.resourceSubscriptions.filter((uri) => uri !== 'x://refused') }) };
      return Promise.resolve({ honoredFilter: honored, close, closed: closed.promise });
    },
  };
  return server;
}

function start(capabilities: ReturnType<Client['getServerCapabilities']> = { tools: { listChanged: true }, prompts: {}, resources: { subscribe: true, listChanged: true } }) {
  const server = createServer(capabilities);
  const clock = createManualClock();
  const gaps: UpstreamChange[] = [];
  const listening = new Listening({ client: server, clock, timeout: 1000, onGap: (change) => gaps.push(change) });
  const open = () => server.streams.filter(({ isOpen }) => isOpen).map(({ filter }) => filter);
  return { server, clock, gaps, listening, open };
}

const settled = () => new Promise((next) => setImmediate(next));

test('one stream at a time holds all that is wanted, and only what the server offers', async () => {
  const { listening, open } = start();
  listening.watchLists();
  listening.watchLists();
  await Promise.all([listening.follow('x://1'), listening.follow('x://2')]);
  expect(open()).toEqual([{ toolsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['x://1', 'x://2'] }]);
  await listening.unfollow('x://1');
  expect(open()).toEqual([{ toolsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ['x://2'] }]);
});

test('a resource the server does not agree to is refused, and asked for no more', async () => {
  const { listening, open } = start();
  await listening.follow('x://1');
  await expect(listening.follow('x://refused')).rejects.toThrow('does not tell');
  await listening.follow('x://2');
  expect(open()).toEqual([{ resourceSubscriptions: ['x://1', 'x://2'] }]);
  await listening.unfollow('x://1');
  await listening.unfollow('x://2');
  expect(open()).toEqual([]);
});

test.each(['graceful', 'remote'] as const)('a stream that ends (%s) is opened again, ever later, and what may have been missed is told', async (cause) => {
  const { server, listening, clock, gaps, open } = start();
  listening.watchLists();
  await listening.follow('x://1');
  server.streams.at(-1)?.end(cause);
  await settled();
  server.refusal = new Error('not reachable');
  for (const rest of [1000, 2000, 4000]) {
    clock.advance(rest - 1);
    await settled();
    expect(open()).toEqual([]);
    clock.advance(1);
    await settled();
  }
  server.refusal = undefined;
  clock.advance(8000);
  await settled();
  expect(open()).toHaveLength(1);
  expect(gaps).toEqual([{ kind: 'tools' }, { kind: 'resources' }, { kind: 'resource', uri: 'x://1' }]);
});

test('a server that refuses is not asked again by itself; neither is one that was let go', async () => {
  const { server, listening, clock } = start();
  server.refusal = new ProtocolError(-32_601, 'Method not found');
  listening.watchLists();
  await settled();
  server.refusal = undefined;
  clock.advance(1_000_000);
  await settled();
  expect(server.streams).toEqual([]);
  await listening.follow('x://1');
  listening.close();
  server.streams.at(-1)?.end('remote');
  await settled();
  clock.advance(1_000_000);
  await settled();
  expect(server.streams).toHaveLength(1);
  await expect(listening.follow('x://2')).rejects.toThrow('closed');
});
