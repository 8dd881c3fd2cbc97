import { describe, expect, test } from 'vitest';
import { agentId } from '../../preload/contract.ts';
import { Program } from '../tokens/program.ts';
import { give, newProgram, nextCard, openPage, read } from './let-in.ts';
import { openedApp } from './opened-app.ts';

describe('a program that signs in by itself', () => {
  test('is let in by the number on its page alone; the card never has it', async () => {
    await using app = await openedApp();
    const robin = await newProgram(app);
    const asked = nextCard(app);
    const page = await openPage(robin, { scope: 'connection:practice:read connection:practice-2' });
    const card = await asked;
    expect(card).toMatchObject({ kind: 'pairing', agent: { id: 'robin', name: 'Robin' }, card: { asksNumber: true, headline: { id: 'pairing.headline' } } });
    expect(JSON.stringify(card.card.rows)).toContain('"pairing.scope.read"');
    expect(JSON.stringify(card.card.rows)).toContain('127.0.0.1:3334');
    expect(JSON.stringify({ ...card, digest: '', id: '', askedAt: 0, expiresAt: 0 }).replaceAll('127.0.0.1:3334', '')).not.toContain(String(page.number));
    await read();
    expect(give(app, card, page.number)).toEqual({ ok: true, value: null });
    expect((await page.wait()).headers.get('location')).toMatch(/code=csc_/);
    expect(app.services.agents.get(agentId.parse('robin'))).toMatchObject({ name: 'Robin', connections: null });
  });

  test.each([
    ['another number', (right: number) => (right === 99 ? 10 : right + 1)],
    ['no number', () => undefined],
  ])('with %s it is refused for good', async (_what, typed: (right: number) => number | undefined) => {
    await using app = await openedApp();
    const robin = await newProgram(app);
    const asked = nextCard(app);
    const page = await openPage(robin);
    const card = await asked;
    await read();
    expect(give(app, card, typed(page.number!))).toMatchObject({ ok: false, problem: { id: 'approval.problem.wrongNumber' } });
    expect(give(app, card, page.number)).toMatchObject({ ok: false });
    expect((await page.wait()).headers.get('location')).toContain('error=access_denied');
    expect(app.services.agents.get(agentId.parse('robin'))).toBeUndefined();
  });

  test('comes back after a restart of the app without being asked, and with one question when it signs in anew', async () => {
    const first = await openedApp();
    const robin = await newProgram(first);
    const asked = nextCard(first);
    const page = await openPage(robin);
    await read();
    expect(give(first, await asked, page.number)).toMatchObject({ ok: true });
    const location = new URL((await page.wait()).headers.get('location')!);
    const { body } = await robin.redeem(location.searchParams.get('code')!);
    expect((await robin.tools(body['access_token'])).status).toBe(200);
    await first.close();

    await using second = await openedApp(first.home);
    const later = new Program(second.services.broker.mcpUrl);
    later.clientId = robin.clientId;
    expect((await later.tools(body['access_token'])).status).toBe(401);
    const refreshed = await later.refresh(body['refresh_token']);
    expect(refreshed.status).toBe(200);
    expect((await later.tools(refreshed.body['access_token'])).status).toBe(200);
    const askedAgain = nextCard(second);
    const again = await openPage(later);
    expect(again.number).toBeUndefined();
    const card = await askedAgain;
    expect(card).toMatchObject({ agent: { id: 'robin' }, card: { headline: { id: 'pairing.again.headline' } } });
    expect(card.card).not.toHaveProperty('asksNumber');
    await read();
    expect(give(second, card)).toMatchObject({ ok: true });
    expect((await again.wait()).headers.get('location')).toMatch(/code=csc_/);
  });
});
