import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages, type Approval, type Language, type Locale } from '../../preload/contract.ts';
import { catalogs } from '../../main/text/catalogs.ts';
import { fixtureData } from './fixture/data.ts';
import { controlsOf, unnamed } from './fixture/controls.ts';
import { kinds, realQuestions, type Kind } from './fixture/real-questions.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
import { busySnapshot } from './fixture/snapshot.ts';
import { findings } from './fixture/visit.ts';

const now = Date.now();
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => browser.close());

/** Cards whose menus, forms and dialogs are opened: between them they have all there are. */
const opens: readonly Kind[] = ['email', 'payment', 'calendar'];
/** A text of the app that has no values. */
const said = (language: Language, id: string): string => catalogs[language][id] ?? id;
const localeOf = (language: Language): Locale => ({ language, tag: language, direction: 'ltr' });

async function open(language: Language, approvals: readonly Approval[], window: OpenOptions['page'] = 'approval.html'): Promise<Page> {
  const page = await openWindow(browser, { page: window, data: fixtureData({ ...busySnapshot(now), approvals: [...approvals] }, now), locale: localeOf(language), context: { reducedMotion: 'reduce' } });
  await page.locator('main').first().waitFor();
  await page.locator(`html[lang=${language}]`).waitFor();
  return page;
}

/** What is wrong with the page for somebody who cannot see it, or not well. Names are other ones in each language; what axe sees beside them is in two, a long one too. */
async function hindrances(page: Page, language: Language): Promise<readonly unknown[]> {
  const controls = await controlsOf(page);
  expect(controls.length).toBeGreaterThan(1);
  const seen = language === 'en' || language === 'de' ? await findings(page) : [];
  return [...unnamed(controls), ...seen, ...(await violations(page))];
}

/** Texts on the page that are ids: no catalog has them. */
const idsShown = async (page: Page): Promise<readonly string[]> => (await page.locator('body').innerText()).match(/\b(?:card|cardView|mark|profile|grant|edit|signing|stack|command|activity)\.[a-z]+[.A-Za-z]*/g) ?? [];

describe.each(languages)('in the language %s', (language) => {
  test.each(kinds)('every control of the card has a name: %s', async (kind: Kind) => {
    const page = await open(language, await realQuestions(kind, now));
    try {
      await page.locator('.cs-arming').first().waitFor({ state: 'detached' });
      expect(await hindrances(page, language)).toEqual([]);
      expect(await idsShown(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      // What a card opens has its names too.
      for (const id of ['cardView.edit', 'cardView.approveFor.name', 'cardView.denyWithReason.name']) {
        const opener = page.getByRole('button', { name: said(language, id), exact: true });
        if ((await opener.count()) === 0 || !opens.includes(kind)) continue;
        await opener.click();
        const opened = page.locator('[role=dialog], [role=menu], form.cs-edit-form').first();
        await opened.waitFor();
        expect(await hindrances(page, language)).toEqual([]);
        if (id === 'cardView.edit') await page.locator('.cs-edit-cancel').click();
        else await page.keyboard.press('Escape');
        await opened.waitFor({ state: 'detached' });
        await page.locator('.cs-arming').first().waitFor({ state: 'detached' });
      }
    } finally {
      await page.context().close();
    }
  });

  test('every control of the dialog that adds a workbench has a name', async () => {
    const page = await open(language, [], 'index.html');
    try {
      await page.evaluate(() => window.fixture.navigate('connections'));
      await page.getByRole('button', { name: said(language, 'connectionsScreen.add'), exact: true }).first().click();
      await page.locator('.cs-kind', { hasText: said(language, 'connectionsScreen.add.workbench.title') }).click();
      await page.getByRole('dialog').getByRole('textbox').nth(1).waitFor();
      expect(await hindrances(page, language)).toEqual([]);
      await page.getByRole('dialog').locator('button[type=submit]').click();
      await page.locator('[aria-invalid=true]').first().waitFor();
      expect(await hindrances(page, language)).toEqual([]);
    } finally {
      await page.context().close();
    }
  });

  test('from an email to three people to the decision nothing has to be scrolled, in a window of 400 × 600', async () => {
    const page = await open(language, await realQuestions('email', now));
    try {
      expect(page.viewportSize()).toEqual({ width: 400, height: 600 });
      await page.locator('.cs-arming').first().waitFor({ state: 'detached' });
      const places = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll('.cs-card, .cs-card-body, .cs-card-foot')].map((one) => [one.className, one.scrollHeight - one.clientHeight]));
      expect(places.filter(([, hidden]) => Number(hidden) > 0)).toEqual([]);
      const outOfSight = await page.evaluate(() => [...document.querySelectorAll('button, .cs-person, .cs-why')].filter((one) => {
        const { top, bottom, left, right } = one.getBoundingClientRect();
        return top < 0 || left < 0 || bottom > innerHeight || right > innerWidth;
      }).length);
      expect(outOfSight).toBe(0);
      await page.locator('.cs-approve').first().click();
      await expect.poll(async () => page.evaluate(() => window.fixture.calls.filter(({ name }) => name === 'answerApproval').length)).toBe(1);
      expect(await page.evaluate(() => [scrollY, document.querySelector('.cs-card-body')?.scrollTop ?? 0])).toEqual([0, 0]);
    } finally {
      await page.context().close();
    }
  });
});
