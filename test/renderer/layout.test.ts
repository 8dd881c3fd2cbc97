import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { languages, screen as screens, type Approval, type Locale, type Snapshot } from '../../preload/contract.ts';
import { calendarStack, editedQuestion, emailQuestion, hostileQuestion, pairingQuestion, paymentQuestion, signInQuestion, twoPeopleQuestion, unknownToolQuestion } from './fixture/approvals.ts';
import type { Texts } from './fixture/build.ts';
import { fixtureData } from './fixture/data.ts';
import { withMessages } from './fixture/in-language.ts';
import { launchBrowser, openWindow } from './fixture/serve.ts';
import { busySnapshot } from './fixture/snapshot.ts';
import { settled } from './fixture/visit.ts';

const now = Date.UTC(2026, 10, 22, 14, 0, 0);
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => browser.close());

/** How the windows are looked at: in words 40% longer, from both sides, and in each language. */
const ways: readonly { readonly name: string; readonly locale: Locale; readonly texts?: Texts }[] = [
  { name: '40% longer', locale: { language: 'en', tag: 'en', direction: 'ltr' }, texts: 'long' },
  { name: '40% longer, from right to left', locale: { language: 'en', tag: 'en', direction: 'rtl' }, texts: 'long' },
  ...languages.filter((language) => language !== 'en').map((language) => ({ name: language, locale: { language, tag: language, direction: 'ltr' } as const })),
];

const questions: Readonly<Record<string, readonly Approval[]>> = {
  email: [emailQuestion(now)],
  'many recipients': [hostileQuestion(now)],
  edited: [editedQuestion(now)],
  payment: [paymentQuestion(now)],
  'two people': [twoPeopleQuestion(now)],
  'unknown tool': [unknownToolQuestion(now)],
  pairing: [pairingQuestion(now)],
  'sign-in': [signInQuestion(now)],
  stack: calendarStack(now),
};

/** What sticks out of the window, and words of buttons that are cut off. */
async function findTooWide(page: Page): Promise<readonly string[]> {
  await settled(page);
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const problems = [...document.querySelectorAll('body *')].flatMap((element): (readonly [string, Element])[] => {
      const isShown = element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && element.getClientRects().length > 0;
      // What only screen readers read takes no room; code and long values have a scroll bar of their own.
      if (!isShown || element.closest('.cs-hidden, [aria-hidden=true], svg, pre, textarea, .cs-mono') !== null) return [];
      const { textOverflow, display } = getComputedStyle(element);
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 1 && (right > clientWidth + 1 || left < -1)) return [['outside of the window', element]];
      const hasWords = /^(?:BUTTON|LABEL|H1|H2|H3|SUMMARY|LEGEND|OUTPUT)$/.test(element.tagName);
      return hasWords && textOverflow !== 'ellipsis' && display !== 'inline' && element.scrollWidth > element.clientWidth + 1 ? [['cut off', element]] : [];
    });
    const told = problems.map(([why, element]) => `${why}: ${element.tagName.toLowerCase()}.${element.className} “${(element.textContent ?? '').slice(0, 60)}”`);
    return scrollWidth > clientWidth ? [`the page is ${scrollWidth - clientWidth} px too wide`, ...told] : told;
  });
}

describe.each(ways)('$name', ({ locale, texts }) => {
  const open = (page: 'index.html' | 'approval.html', snapshot: Snapshot): Promise<Page> =>
    openWindow(browser, { page, data: withMessages(fixtureData(snapshot, now)), locale, ...(texts === undefined ? {} : { texts }), context: { reducedMotion: 'reduce' } });

  test('every screen fits the main window', async () => {
    const page = await open('index.html', busySnapshot(now));
    await page.locator('nav').waitFor();
    const found: Record<string, readonly string[]> = {};
    for (const screen of screens.options) {
      await page.evaluate((name) => window.fixture.navigate(name), screen);
      await page.locator('main h1').waitFor();
      await page.waitForTimeout(300);
      const problems = await findTooWide(page);
      if (problems.length > 0) found[screen] = problems;
    }
    expect(found).toEqual({});
    await page.context().close();
  }, 240_000);

  test('every question fits the small window', async () => {
    const found: Record<string, readonly string[]> = {};
    for (const [name, approvals] of Object.entries(questions)) {
      const page = await open('approval.html', { ...busySnapshot(now), approvals: [...approvals] });
      await page.locator('.cs-approval-window button').first().waitFor();
      const problems = await findTooWide(page);
      if (problems.length > 0) found[name] = problems;
      await page.context().close();
    }
    expect(found).toEqual({});
  }, 240_000);
});
