import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBroker, type BrokerUnderTest } from '../conformance/broker.ts';
import { revisions, runServerSet } from '../conformance/suite.ts';

/** Milliseconds one requirement set may take; it takes a few seconds. */
const setTimeLimit = 120_000;

describe('the official MCP conformance suite, through the broker', () => {
  let broker: BrokerUnderTest;

  beforeAll(async () => {
    broker = await startBroker('modern');
  }, setTimeLimit);

  afterAll(() => broker.stop());

  it.for([...revisions])(
    'passes every required server scenario of %s',
    { timeout: setTimeLimit },
    async (revision) => {
      const results = await runServerSet(revision, broker.url);
      const failed = results.filter(({ isRequired, outcome }) => isRequired && outcome !== 'passed');
      expect(failed).toEqual([]);
      expect(results.filter(({ isRequired }) => isRequired).length).toBeGreaterThanOrEqual(30);
      expect(broker.problems).toEqual([]);
    },
  );
});
