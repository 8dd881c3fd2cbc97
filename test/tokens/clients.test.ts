import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { agentId } from '../../preload/contract.ts';
import { createWaryFetch } from '../../main/connections/oauth/wary-fetch.ts';
import { Clients, isDocumentAddress, mostStrangers } from '../../main/tokens/clients.ts';
import { TokenStore, tokenMigrations } from '../../main/tokens/token-store.ts';

const id = 'https://robin.example/client.json';
const document = { client_id: id, client_name: 'Robin', redirect_uris: ['http://127.0.0.1/callback'], token_endpoint_auth_method: 'none' };

function start(answer: (url: string) => Promise<Response> = () => Promise.resolve(Response.json(document))) {
  const database = new DatabaseSync(':memory:');
  for (const sql of tokenMigrations) database.exec(sql);
  const clock = { time: 1_000_000, now: () => clock.time };
  const asked: string[] = [];
  const store = new TokenStore(database);
  const clients = new Clients({
    store,
    clock,
    fetchDocument(url) {
      asked.push(url);
      return answer(url);
    },
  });
  return { clients, clock, asked, store };
}

describe('a client that is described at its own address', () => {
  test('is read there, kept for a few minutes, and stays the same Claw', async () => {
    const { clients, clock, asked } = start();
    const found = await clients.find(id);
    expect(found).toMatchObject({ id, name: 'Robin', redirects: document.redirect_uris, agent: null });
    clients.letIn(found!, agentId.parse('robin'));
    expect(await clients.find(id)).toMatchObject({ agent: 'robin' });
    expect(asked).toEqual([id]);
    clock.time += 6 * 60_000;
    await clients.find(id);
    expect(asked).toEqual([id, id]);
  });

  test.each<readonly [string, () => Promise<Response>]>([
    ['another id in it', () => Promise.resolve(Response.json({ ...document, client_id: 'https://evil.example/client.json' }))],
    ['no id in it', () => Promise.resolve(Response.json({ ...document, client_id: undefined }))],
    ['a secret', () => Promise.resolve(Response.json({ ...document, client_secret: 'x' }))],
    ['another way to sign in', () => Promise.resolve(Response.json({ ...document, token_endpoint_auth_method: 'private_key_jwt' }))],
    ['a bad redirect address', () => Promise.resolve(Response.json({ ...document, redirect_uris: ['http://robin.example/callback'] }))],
    ['no redirect address', () => Promise.resolve(Response.json({ ...document, redirect_uris: [] }))],
    ['another grant alone', () => Promise.resolve(Response.json({ ...document, grant_types: ['client_credentials'] }))],
    ['an error', () => Promise.resolve(Response.json(document, { status: 404 }))],
    ['no JSON', () => Promise.resolve(new Response('<html>'))],
    ['nobody there', () => Promise.reject(new Error('unreachable'))],
  ])('with %s is not known', async (_what, answer) => {
    expect(await start(answer).clients.find(id)).toBeUndefined();
  });

  test.each(['http://robin.example/client.json', 'https://robin.example/', 'https://robin.example', 'https://robin.example/a/../client.json', 'https://me@robin.example/client.json', 'https://robin.example/client.json#x', 'https://ROBIN.example/client.json', 'javascript:alert(1)'])('%s is no address of a description', async (address) => {
    const { clients, asked } = start();
    expect(isDocumentAddress(address)).toBe(false);
    expect(await clients.find(address)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test.each(['https://127.0.0.1/client.json', 'https://10.0.0.1/client.json', 'https://[::1]/client.json', 'https://169.254.169.254/client.json', 'https://localhost/client.json'])('%s is not asked: it is on no public network', async (address) => {
    const fetch = createWaryFetch({ named: [] });
    expect(await start((url) => fetch(url)).clients.find(address)).toBeUndefined();
    await expect(fetch(address)).rejects.toThrow(/no address that may be asked/);
  });
});

test('programs that nobody let in are dropped after a day, or when there are too many; those let in stay', async () => {
  const { clients, clock, store } = start();
  const register = () => {
    clock.time += 10_000;
    const registered = clients.register({ redirect_uris: document.redirect_uris });
    return registered.ok ? registered.client : undefined;
  };
  const known = register()!;
  clients.letIn(known, agentId.parse('robin'));
  const first = register()!;
  for (let count = 0; count < mostStrangers; count += 1) register();
  expect(store.client(first.id)).toBeUndefined();
  const last = register()!;
  clock.time += 25 * 60 * 60_000;
  register();
  expect(store.client(last.id)).toBeUndefined();
  expect(await clients.find(known.id)).toMatchObject({ agent: 'robin' });
});
