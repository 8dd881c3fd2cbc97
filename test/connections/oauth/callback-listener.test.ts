import { request } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listenForCallback, type CallbackListener } from '../../../main/connections/oauth/callback-listener.ts';

const page = (title: string) => ({ language: 'en', title, text: `<script>alert("${title}")</script>` });
let listener: CallbackListener;
let answers: URLSearchParams[];
let url: URL;

beforeEach(async () => {
  answers = [];
  listener = await listenForCallback({
    state: 'right-state',
    port: 0,
    stranger: page('stranger'),
    onAnswer: (answer) => {
      answers.push(answer);
      return Promise.resolve(page('done'));
    },
  });
  url = new URL(listener.redirectUri);
});
afterEach(() => listener.close());

function send(path: string, options: { readonly method?: string; readonly host?: string } = {}): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port: url.port, host: '127.0.0.1', path, method: options.method ?? 'GET', headers: { host: options.host ?? url.host } }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

test.for([
  ['no state', '/callback?code=x', {}],
  ['another state', '/callback?code=x&state=wrong-state', {}],
  ['a piece of the state', '/callback?code=x&state=right', {}],
  ['the state twice', '/callback?code=x&state=right-state&state=right-state', {}],
  ['a code twice', '/callback?code=x&code=y&state=right-state', {}],
  ['another path', '/other?code=x&state=right-state', {}],
  ['a form', '/callback?code=x&state=right-state', { method: 'POST' }],
  ['a name that was made to lead here', '/callback?code=x&state=right-state', { host: 'evil.example' }],
] as const)('%s gets an error page and changes nothing', async ([, path, options]) => {
  const answer = await send(path, options);
  expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('stranger') });
  expect(answers).toEqual([]);
  // The real one still gets in.
  expect(await send('/callback?code=good&state=right-state')).toMatchObject({ status: 200 });
  expect(answers.map(String)).toEqual(['code=good&state=right-state']);
});

test('the right state is taken once', async () => {
  expect((await send('/callback?code=1&state=right-state')).status).toBe(200);
  expect((await send('/callback?code=2&state=right-state')).status).toBe(400);
  expect(answers).toHaveLength(1);
});

test('the page runs nothing, loads nothing and says what it is told as text', async () => {
  const response = await fetch(`${listener.redirectUri}?code=1&state=right-state`);
  const body = await response.text();
  expect(body).not.toContain('<script');
  expect(body).toContain('&#60;script&#62;');
  expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; frame-ancestors 'none'/);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
});

test('it listens on this machine alone, and at the port that was used before when that is free', async () => {
  expect(url.hostname).toBe('127.0.0.1');
  const options = { state: 's', stranger: page('stranger'), onAnswer: () => Promise.resolve(page('done')) };
  const taken = await listenForCallback({ ...options, port: Number(url.port) });
  expect(new URL(taken.redirectUri).port).not.toBe(url.port);
  taken.close();
  const again = await listenForCallback({ ...options, port: Number(new URL(taken.redirectUri).port) });
  expect(again.redirectUri).toBe(taken.redirectUri);
  again.close();
});
