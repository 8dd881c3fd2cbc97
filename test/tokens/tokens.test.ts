import { expect, test } from 'vitest';
import { createTokens, tokenLifetime, tokensPerAgent } from '../../main/tokens/tokens.ts';
import { agentId, connectionId } from '../../preload/contract.ts';

const marketing = agentId.parse('marketing');
const finance = agentId.parse('finance');
const mail = connectionId.parse('work-mail');
const reach = [{ connection: mail, mayRead: true, mayAct: false }];

function start() {
  const clock = { time: 1_000, now: () => clock.time };
  return { clock, tokens: createTokens({ clock }) };
}

test('a token opens for its agent and its scopes, until it expires', () => {
  const { clock, tokens } = start();
  const { token, expiresAt } = tokens.issue(marketing, { reach, audience: mail, boundTo: 'key' });
  expect(expiresAt).toBe(1_000 + tokenLifetime);
  clock.time = expiresAt - 1;
  expect(tokens.check(token)).toEqual({ agent: marketing, reach, audience: mail, boundTo: 'key', family: null, client: null, expiresAt });
  clock.time = expiresAt;
  expect(tokens.check(token)).toEqual({ refused: 'expired' });
});

test('an expired token replayed much later is simply unknown', () => {
  const { clock, tokens } = start();
  const { token } = tokens.issue(marketing);
  clock.time += 3 * tokenLifetime;
  tokens.issue(marketing);
  expect(tokens.check(token)).toEqual({ refused: 'unknown' });
});

test('every token is different and 256 bits long', () => {
  const { tokens } = start();
  const issued = Array.from({ length: 20 }, () => tokens.issue(marketing).token);
  expect(new Set(issued).size).toBe(20);
  for (const token of issued) expect(Buffer.from(token.slice(4), 'base64url')).toHaveLength(32);
});

test('a token of another broker, and anything malformed, is unknown', () => {
  const { tokens } = start();
  const { token } = tokens.issue(marketing);
  const foreign = createTokens({ clock: { now: () => 1_000 } }).issue(marketing).token;
  for (const wrong of [foreign, '', 'cst_', token.slice(0, -1), `${token}A`, token.toUpperCase(), ` ${token}`, `${token}\n`, '__proto__', 'constructor']) {
    expect(tokens.check(wrong)).toEqual({ refused: 'unknown' });
  }
});

test('revoking an agent takes its tokens back and no one else’s', () => {
  const { tokens } = start();
  const one = tokens.issue(marketing).token;
  const two = tokens.issue(finance).token;
  tokens.revokeAgent(marketing, 'paused');
  expect(tokens.check(one)).toEqual({ refused: 'taken_back', why: 'paused', agent: marketing });
  expect(tokens.check(two)).toMatchObject({ agent: finance });
  tokens.revokeAll('locked');
  expect(tokens.check(two)).toEqual({ refused: 'taken_back', why: 'locked', agent: finance });
  expect(tokens.check(one)).toMatchObject({ why: 'paused' });
  tokens.revokeAgent(marketing, null);
  expect(tokens.check(one)).toEqual({ refused: 'unknown' });
});

test('one agent holds only so many tokens: the oldest goes, another agent’s stay', () => {
  const { tokens } = start();
  const other = tokens.issue(finance).token;
  const own = Array.from({ length: tokensPerAgent + 1 }, () => tokens.issue(marketing).token);
  expect(own.map((token) => 'agent' in tokens.check(token))).toEqual([false, ...own.slice(1).map(() => true)]);
  expect(tokens.check(other)).toMatchObject({ agent: finance });
});
