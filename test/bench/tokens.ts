import { agentId } from '../../preload/contract.ts';
import type { BenchmarkContext } from '../../scripts/bench.ts';
import { Proofs } from '../../main/tokens/proofs.ts';
import { createTokens, tokensPerAgent, type Tokens } from '../../main/tokens/tokens.ts';
import { Key } from '../tokens/program.ts';

const few = 10;
const many = 10_000;
/** Checks in one sample, so that the clock's own steps do not show. */
const atOnce = 50;
const address = 'http://127.0.0.1:7317/mcp';

/** A token service with that many live tokens, and what each of them is. */
function serviceWith(count: number): { readonly tokens: Tokens; readonly held: readonly string[] } {
  const tokens = createTokens({ clock: { now: () => Date.now() } });
  const held = Array.from({ length: count }, (_none, index) => tokens.issue(agentId.parse(`agent-${Math.floor(index / tokensPerAgent)}`)).token);
  return { tokens, held };
}

/** Microseconds of one check, in a sample of many: the tokens of this many Claws at work, in turn. */
function checking({ tokens, held }: ReturnType<typeof serviceWith>, atWork: number): () => number {
  const shown = held.filter((_token, index) => index % Math.floor(held.length / atWork) === 0);
  let next = 0;
  return () => {
    const from = performance.now();
    for (let count = 0; count < atOnce; count += 1) {
      next = (next + 7919) % shown.length;
      const answer = tokens.check(shown[next] ?? '');
      if ('refused' in answer) throw new Error(`A live token was refused: ${answer.refused}`);
    }
    return ((performance.now() - from) * 1000) / atOnce;
  };
}

function refusing({ tokens }: ReturnType<typeof serviceWith>): () => number {
  const unknown = `cst_${'x'.repeat(43)}`;
  return () => {
    const from = performance.now();
    for (let count = 0; count < atOnce; count += 1) if (!('refused' in tokens.check(unknown))) throw new Error('An unknown token was let in.');
    return ((performance.now() - from) * 1000) / atOnce;
  };
}

/** Microseconds of one check of a proof of possession, each proof made for it. */
async function checkingProofs(samples: number): Promise<readonly number[]> {
  const proofs = new Proofs({ now: () => Date.now() });
  const key = await Key.make('ES256');
  const token = `cst_${'x'.repeat(43)}`;
  const times: number[] = [];
  for (let count = 0; count < samples; count += 1) {
    const proof = await key.proof('POST', address, token);
    const from = performance.now();
    const answer = await proofs.check({ proof, method: 'POST', addresses: [address], token });
    times.push((performance.now() - from) * 1000);
    if (answer.kind === 'refused') throw new Error(`A good proof was refused: ${answer.why}`);
  }
  return times;
}

function quantile(times: readonly number[], share: number): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length * share)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

/**
 * How long the check of a token takes, in microseconds: with few live tokens and with 10,000, side by side in turns, so that
 * a busy machine slows both; ten Claws show theirs in turn. Where every one of the 10,000 is shown in turn, none is in the
 * processor's cache: that is told apart (`checkAnyOf10000P50Us`). A proof of possession (DPoP) is a signature and is told beside it.
 */
export async function run({ isQuick }: BenchmarkContext): Promise<Record<string, number>> {
  const [small, large] = [serviceWith(few), serviceWith(many)];
  const ways = { few: checking(small, few), many: checking(large, few), any: checking(large, many), unknown: refusing(large) };
  const rounds = isQuick ? 500 : 5000;
  const times: { readonly [W in keyof typeof ways]: number[] } = { few: [], many: [], any: [], unknown: [] };
  for (let round = -rounds / 5; round < rounds; round += 1) {
    for (const way of ['few', 'many', 'any', 'unknown'] as const) {
      const taken = ways[way]();
      if (round >= 0) times[way].push(taken);
    }
  }
  const proofs = await checkingProofs(isQuick ? 200 : 1000);
  return {
    checkP50Us: rounded(quantile(times.few, 0.5)),
    checkP99Us: rounded(quantile(times.few, 0.99)),
    checkWith10000P50Us: rounded(quantile(times.many, 0.5)),
    checkWith10000P99Us: rounded(quantile(times.many, 0.99)),
    with10000AgainstFew: rounded(quantile(times.many, 0.5) / quantile(times.few, 0.5)),
    checkAnyOf10000P50Us: rounded(quantile(times.any, 0.5)),
    refuseUnknownP50Us: rounded(quantile(times.unknown, 0.5)),
    proofCheckP50Us: rounded(quantile(proofs, 0.5)),
  };
}
