import { expect, test } from 'vitest';
import { measureBroker, type Amounts } from './broker.ts';
import { measureGrowth } from './broker/growth.ts';
import { smallest } from './broker/scale.ts';
import { percentile } from './broker/statistics.ts';

const once = { rounds: 2, calls: 2, warmUp: 1 };
const amounts: Amounts = { latency: once, throughput: once, growth: once };

test('the broker’s benchmark tells the figures of what it ran, in the shape others read', async () => {
  const told: string[] = [];
  const figures = await measureBroker({ parts: ['direct', 'directStdio', 'countersign'], amounts, clients: 2, nodeOptions: [], tell: (text) => told.push(text) });
  const variant = { p50: expect.any(Number), p99: expect.any(Number), rps16: expect.any(Number), rssMb: expect.any(Number) };
  expect(figures).toStrictEqual({
    direct: variant,
    directStdio: variant,
    countersign: variant,
    raw: { directStdioP50: expect.any(Number), countersignP50: expect.any(Number) },
  });
  expect(told.at(-1)).toContain('added to direct stdio, raw client');
});

test('growth is measured beside the smallest case: more connections, tools, rules and agents all answer', async () => {
  const scale = { connections: 2, tools: 40, policies: 20, agents: 3 };
  expect(await measureGrowth([{ label: 'a little more', scale }], once, () => undefined)).toStrictEqual([{ label: 'a little more', smallP50: expect.any(Number), p50: expect.any(Number) }]);
  expect(smallest).toStrictEqual({ connections: 1, tools: 10, policies: 1, agents: 1 });
});

test('a percentile is a sample that was taken', () => {
  const samples = [5, 1, 4, 2, 3];
  expect([0, 0.5, 0.95, 1].map((share) => percentile(samples, share))).toStrictEqual([1, 3, 5, 5]);
  expect(percentile([], 0.5)).toBeNaN();
});
