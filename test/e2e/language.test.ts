import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newHome, RunningApp } from './running-app.ts';

let home: Awaited<ReturnType<typeof newHome>>;
let app: RunningApp;
let main: Page;

beforeAll(async () => {
  home = await newHome();
  app = await RunningApp.start({ home: home.path, env: { LC_ALL: 'de_CH.UTF-8' } });
  main = await app.page('index');
});
afterAll(async () => {
  await app.stop();
  await home.remove();
});

async function spoken(page: Page): Promise<string> {
  return page.evaluate(() => document.documentElement.lang);
}

test('the first window speaks the system’s language, with the system’s region', async () => {
  await main.getByText('Countersign').first().waitFor();
  await app.call('finishFirstRun', undefined);
  await main.getByRole('heading', { level: 1, name: 'Eingang' }).waitFor();
  expect(await spoken(main)).toBe('de-CH');
  expect(await app.snapshot()).toMatchObject({ settings: { language: 'system' }, locale: { language: 'de', tag: 'de-CH', direction: 'ltr' } });
});

test('a language that is chosen is spoken at once, in every window, without loading a page anew', async () => {
  const loads = await main.evaluate(() => {
    const seen: string[] = [];
    document.addEventListener('securitypolicyviolation', ({ blockedURI }) => seen.push(blockedURI));
    Reflect.set(window, '__seen', seen);
    return seen.length;
  });
  expect(loads).toBe(0);
  await main.getByRole('navigation').getByText('Einstellungen', { exact: true }).click();
  const choice = (label: string) => main.getByLabel(label, { exact: true });
  await choice('Sprache').waitFor();
  expect(await choice('Sprache').locator('option').allTextContents()).toEqual([expect.any(String), 'English', 'Deutsch', 'Français', '日本語']);
  for (const [label, name, heading, lang] of [
    ['Sprache', 'Français', 'Réglages', 'fr'],
    ['Langue', '日本語', '設定', 'ja'],
    ['言語', 'English', 'Settings', 'en'],
    ['Language', 'Deutsch', 'Einstellungen', 'de-CH'],
  ] as const) {
    await choice(label).selectOption({ label: name });
    await main.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    expect(await spoken(main)).toBe(lang);
    expect(await main.title()).toContain(heading);
  }
  // The page is the same one, and nothing of it was refused.
  expect(await main.evaluate(() => Reflect.get(window, '__seen') as unknown)).toEqual([]);
});

test('a card speaks it, and a start later it is still spoken, whatever the system prefers', async () => {
  await app.call('updateSettings', { language: 'fr' });
  await app.call('startPractice', undefined);
  const card = await app.until(() => app.page('approval'), (page) => page !== undefined);
  await card.getByRole('heading', { name: 'Envoyer cette réponse ?' }).or(card.getByText('Envoyer cette réponse ?')).first().waitFor();
  expect(await spoken(card)).toBe('fr');
  await app.stop();
  app = await RunningApp.start({ home: home.path });
  main = await app.page('index');
  await main.getByRole('heading', { level: 1, name: 'Demandes' }).waitFor();
});
