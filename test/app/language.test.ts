import { beforeEach, expect, test } from 'vitest';
import type { Approval, Language } from '../../preload/contract.ts';
import { startScreen } from '../../main/screen.ts';
import { catalogs } from '../../main/text/catalogs.ts';
import { languages } from '../../preload/contract.ts';
import { notified, openedApp, trays, withPolicy, type OpenedApp } from './opened-app.ts';

beforeEach(() => {
  notified.length = 0;
  trays.length = 0;
});

function speak(app: OpenedApp, language: Language): void {
  expect(app.services.settings.update({ language })).toMatchObject({ ok: true });
}

function deny(app: OpenedApp, { id, digest }: Approval): void {
  app.services.approvals.give({ id, digest, answer: 'deny', isConfirmed: false, reason: null });
}

test('the tray and notifications speak another language as soon as it is chosen', async () => {
  await using app = await openedApp();
  const stop = await startScreen(app.services, 'test://app', () => undefined);
  for (const language of ['en', 'de', 'ja'] as const) {
    speak(app, language);
    const { card, answer } = await app.askToSend(`${language}@northwind.example`);
    await expect.poll(() => notified.at(-1)?.title).toBe(catalogs[language]['card.email.send.headline']);
    deny(app, card);
    await answer;
    await expect.poll(() => trays.at(-1)?.recent[0]).toContain(`${language}@northwind.example`);
  }
  const [inJapanese] = trays.at(-1)?.recent ?? [];
  speak(app, 'fr');
  await expect.poll(() => trays.at(-1)?.recent[0]).not.toBe(inJapanese);
  expect(trays.at(-1)?.recent).toHaveLength(3);
  stop();
});

test('what a Claw is told and what is recorded are the same in every language', async () => {
  const told = new Set<string>();
  const recorded = new Set<string>();
  for (const language of languages) {
    await using app = await openedApp();
    speak(app, language);
    app.deliver(withPolicy('@id("outside") @title("Outside mail") @requireApproval("Acme asks.") permit (principal, action, resource);'));
    const { card, answer } = await app.askToSend('ana@northwind.example');
    deny(app, card);
    const { action: _action, ...result } = { action: null, ...(await answer) };
    told.add(JSON.stringify(result));
    const [entry] = await app.services.activity.recent(1);
    recorded.add(JSON.stringify([entry?.sentence, entry?.details, entry?.connection, card.card]));
  }
  expect([...told]).toHaveLength(1);
  expect([...recorded]).toHaveLength(1);
});
