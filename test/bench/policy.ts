import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAuthorized } from '@cedar-policy/cedar-wasm/nodejs';
import { agentId, connectionId } from '../../preload/contract.ts';
import { contextOf, entitiesOf, subjectOf, type PolicyQuestion } from '../../main/policy/cedar-request.ts';
import { createPolicy, type Policy } from '../../main/policy/policy.ts';

const assetsDir = fileURLToPath(new URL('../../assets', import.meta.url));
/** Each way takes its turn in each round, so that a busy machine slows all of them. */
const rounds = 1_500;
const warmUp = 300;

const body = 'Please find our prices attached. '.repeat(30);
const question: PolicyQuestion = {
  kind: 'invokeTool',
  agent: agentId.parse('marketing'),
  connection: connectionId.parse('work-mail'),
  name: 'send_email',
  effect: 'send',
  arguments: { to: ['ana@northwind.example', 'bo@acme.example'], subject: 'Q3 price list', body, priority: 1.5, amount: 5 },
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

/** Beside those, two that are about every email of this connection and look at its arguments. */
function rulesOnArguments(count: number): string {
  return `${companyRules(count - 2)}
@id("limit") forbid (principal, action, resource in Connection::"work-mail") when { context.args has amount && context.args.amount > 1000000000 };
@id("body") forbid (principal, action, resource in Connection::"work-mail") when { context.args has body && context.args.body like "*confidential*" };`;
}

function policyWith(text: string): Policy {
  return createPolicy({ assetsDir, organization: { text, contact: null }, personal: [], profile: 'balanced' });
}

/** The same question with the policies parsed at every call, as the plain interface of Cedar does it. */
function parsedEachTime(count: number): () => unknown {
  const staticPolicies = `${companyRules(count)}\n${readFileSync(join(assetsDir, 'policies', 'balanced.cedar'), 'utf8')}`;
  return () => {
    const built = contextOf(question);
    if (!built.ok) throw new Error(built.why);
    const { principal, action, resource } = subjectOf(question);
    return isAuthorized({ principal, action, resource, context: built.context, entities: entitiesOf(question), policies: { staticPolicies } });
  };
}

/** A question that was never asked before, wherever somebody may look. */
function freshQuestions(): () => PolicyQuestion {
  let asked = 0;
  return () => {
    asked += 1;
    return {
      ...question,
      arguments: { ...question.arguments, amount: asked, body: `${asked} ${body}` },
      facts: { ...question.facts, outsideCount: asked },
    };
  };
}

function ways(): Readonly<Record<string, () => unknown>> {
  const [one, ten, many] = [policyWith(companyRules(1)), policyWith(companyRules(10)), policyWith(companyRules(200))];
  const [few, scoped] = [policyWith(rulesOnArguments(3)), policyWith(rulesOnArguments(200))];
  const fresh = freshQuestions();
  return {
    'decide, 1 rule': () => one.decide(question),
    'decide, 10 rules': () => ten.decide(question),
    'decide, 200 rules': () => many.decide(question),
    'arguments looked at, again': () => scoped.decide(question),
    'new facts, 1 rule': () => one.decide(fresh()),
    'new facts, 200 rules': () => many.decide(fresh()),
    'new arguments, 3 rules': () => few.decide(fresh()),
    'new arguments, 200 rules': () => scoped.decide(fresh()),
    'isHidden, 200 rules': () => many.isHidden(question),
    'parsed at each call, 1 rule': parsedEachTime(1),
  };
}

/** Microseconds that each way took, sorted. */
function measure(all: Readonly<Record<string, () => unknown>>): Map<string, readonly number[]> {
  const times = new Map<string, number[]>(Object.keys(all).map((name) => [name, []]));
  const turns = Object.entries(all);
  for (let round = -warmUp; round < rounds; round += 1) {
    // In another order each time: what runs after a slow one finds its memory cold.
    turns.sort(() => Math.random() - 0.5);
    for (const [name, run] of turns) {
      const from = performance.now();
      run();
      if (round >= 0) times.get(name)?.push((performance.now() - from) * 1000);
    }
  }
  return new Map([...times].map(([name, list]) => [name, list.sort((a, b) => a - b)]));
}

/**
 * How long a decision takes beside the balanced profile, in microseconds: with rules that are about something else, asked
 * again and with facts or arguments that are new each time; against parsing the policies at each call. All in one run, in
 * turns. The ratios hold across machines; the times do not.
 */
export function run(): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  const times = measure(ways());
  const quantile = (name: string, share: number): number => times.get(name)?.[Math.floor(rounds * share)] ?? Number.NaN;
  for (const name of times.keys()) {
    figures[`${name}, p50 (µs)`] = Number(quantile(name, 0.5).toFixed(1));
    figures[`${name}, p95 (µs)`] = Number(quantile(name, 0.95).toFixed(1));
  }
  const ratio = (a: string, b: string): number => Number((quantile(a, 0.5) / quantile(b, 0.5)).toFixed(2));
  figures['200 rules against 1, asked again (×)'] = ratio('decide, 200 rules', 'decide, 1 rule');
  figures['200 rules against 1, new facts (×)'] = ratio('new facts, 200 rules', 'new facts, 1 rule');
  figures['faster than parsing at each call, new facts (×)'] = ratio('parsed at each call, 1 rule', 'new facts, 1 rule');
  return Promise.resolve(figures);
}
