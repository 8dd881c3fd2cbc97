import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { agentId, connectionId } from '../../preload/contract.ts';
import { buildRequest, type PolicyQuestion } from '../../main/policy/cedar-request.ts';
import { createPolicy, type Policy } from '../../main/policy/policy.ts';

const assetsDir = fileURLToPath(new URL('../../assets', import.meta.url));
const warmUp = 200;
const rounds = 2_000;

const question: PolicyQuestion = {
  kind: 'invokeTool',
  agent: agentId.parse('marketing'),
  connection: connectionId.parse('work-mail'),
  name: 'send_email',
  effect: 'send',
  arguments: { to: ['ana@northwind.example', 'bo@acme.example'], subject: 'Q3 price list', body: 'Please find our prices attached. '.repeat(30), priority: 1.5 },
  facts: { effect: 'send', isReversible: false, account: 'you@acme.example', recipientCount: 2, outsideCount: 1, firstTimeCount: 1 },
  at: Date.UTC(2026, 5, 3, 12),
};

/** Company rules that look where real ones do; none of them is about this question. */
function companyRules(count: number): string {
  return Array.from(
    { length: count },
    (_, index) => `@id("rule-${index}") @title("Rule ${index}")
forbid (principal == Agent::"agent-${index}", action, resource in Connection::"connection-${index}")
when { context.args has amount && context.args.amount > ${index} };`,
  ).join('\n');
}

/** Half of the single runs took at most this many microseconds. */
function medianMicroseconds(run: () => unknown): number {
  for (let index = 0; index < warmUp; index += 1) run();
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    run();
    return (performance.now() - start) * 1000;
  }).sort((a, b) => a - b);
  return times[rounds / 2] ?? Number.NaN;
}

function policyWith(companyCount: number): Policy {
  return createPolicy({ assetsDir, organization: { text: companyRules(companyCount), contact: null }, personal: [], profile: 'balanced' });
}

/** The same question with the policies parsed at every call, as the plain interface of Cedar does it. */
function parsedEachTime(companyCount: number): () => unknown {
  const staticPolicies = `${companyRules(companyCount)}\n${readFileSync(join(assetsDir, 'policies', 'balanced.cedar'), 'utf8')}`;
  return () => {
    const built = buildRequest(question);
    if (!built.ok) throw new Error(built.why);
    return isAuthorized({ ...built.request, policies: { staticPolicies } });
  };
}

/**
 * How long a decision takes (p50, microseconds) beside the balanced profile with 1 and with 200 company rules, against
 * parsing the policies at each call, all in one run. The ratios hold across machines; the times do not.
 */
export function run(): Promise<Record<string, number>> {
  const [one, many] = [policyWith(1), policyWith(200)];
  const decideOne = medianMicroseconds(() => one.decide(question));
  const decideMany = medianMicroseconds(() => many.decide(question));
  const naiveOne = medianMicroseconds(parsedEachTime(1));
  return Promise.resolve({
    'decide, 1 company rule (µs)': Math.round(decideOne),
    'decide, 200 company rules (µs)': Math.round(decideMany),
    'parsed at each call, 1 company rule (µs)': Math.round(naiveOne),
    'faster than parsing at each call (×)': Number((naiveOne / decideOne).toFixed(1)),
    '200 rules against 1 (×)': Number((decideMany / decideOne).toFixed(1)),
  });
}
