/**
 * Pictures of every screen over the fixture: `node test/renderer/screenshots.ts OUTDIR [filter…]`. The filters are
 * regular expressions that a picture's name must fit. Each picture is called `<what>-<light|dark|contrast>[-200|-long|-rtl].png`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Screen, Snapshot } from '../../preload/contract.ts';
import { emailQuestion, hostileQuestion, letterQuestion, pairingQuestion, secretQuestion, signInQuestion, unknownToolQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
import { busySnapshot, emptySnapshot, firstRunSnapshot, keysSnapshot, lockedSnapshot, quietSnapshot, sessionSnapshot, signInSnapshot, troubledSnapshot } from './fixture/snapshot.ts';

interface Shot {
  readonly name: string;
  readonly page: OpenOptions['page'];
  readonly snapshot: (now: number) => Snapshot;
  readonly act?: (page: Page) => Promise<void>;
}

const goTo = (screen: Screen) => async (page: Page) => {
  await page.locator('.cs-nav').waitFor();
  await page.evaluate((screen) => window.fixture.navigate(screen), screen);
};
const only = (question: (now: number) => Snapshot['approvals'][number]) => (now: number) => ({ ...busySnapshot(now), approvals: [question(now)] });
const press = (name: string) => async (page: Page) => page.getByRole('button', { name }).click();
const unfold = (screen: Screen, names: readonly string[]) => async (page: Page) => {
  await goTo(screen)(page);
  for (const name of names) await page.getByLabel(`Advanced settings of ${name}`).click();
};
const showLog = async (page: Page) => {
  await goTo('connections')(page);
  await press('More for Team files')(page);
  await page.getByRole('menuitem', { name: 'Show what it wrote' }).click();
  await page.getByRole('dialog').waitFor();
};
const addService = (way: string, source?: string) => async (page: Page) => {
  await goTo('connections')(page);
  await press('Add a connection')(page);
  await page.getByRole('button', { name: /^Service on the web/ }).click();
  await page.getByLabel('How you sign in').selectOption({ value: way });
  if (source !== undefined) await page.getByRole('radio', { name: source }).check();
};
const showNetwork = async (page: Page) => {
  await goTo('settings')(page);
  await page.getByText('Your company’s certificates').scrollIntoViewIfNeeded();
};
const enterKey = async (page: Page) => {
  await goTo('connections')(page);
  await press('Enter the key of Shipping…')(page);
  await page.getByRole('dialog').waitFor();
};
const others: readonly Screen[] = ['activity', 'claws', 'connections', 'rules', 'settings'];

const shots: readonly Shot[] = [
  { name: 'inbox', page: 'index.html', snapshot: busySnapshot },
  { name: 'inbox-high', page: 'index.html', snapshot: only(hostileQuestion) },
  { name: 'inbox-quiet', page: 'index.html', snapshot: quietSnapshot },
  { name: 'inbox-empty', page: 'index.html', snapshot: emptySnapshot },
  { name: 'inbox-troubled', page: 'index.html', snapshot: troubledSnapshot },
  ...others.map((screen): Shot => ({ name: screen, page: 'index.html', snapshot: busySnapshot, act: goTo(screen) })),
  ...others.map((screen): Shot => ({ name: `${screen}-empty`, page: 'index.html', snapshot: emptySnapshot, act: goTo(screen) })),
  { name: 'claws-advanced', page: 'index.html', snapshot: busySnapshot, act: unfold('claws', ['Marketing Claw', 'Finance Claw']) },
  { name: 'connections-advanced', page: 'index.html', snapshot: busySnapshot, act: unfold('connections', ['Work mail', 'Ledger']) },
  { name: 'connections-locked', page: 'index.html', snapshot: lockedSnapshot, act: goTo('connections') },
  { name: 'connections-session', page: 'index.html', snapshot: sessionSnapshot, act: goTo('connections') },
  { name: 'connections-sign-in', page: 'index.html', snapshot: signInSnapshot, act: goTo('connections') },
  { name: 'settings-network', page: 'index.html', snapshot: (now) => ({ ...busySnapshot(now), settings: { ...busySnapshot(now).settings, proxy: 'http://proxy.acme.example:8080', noProxy: ['*.acme.example'] }, lockedSettings: ['noProxy'] }), act: showNetwork },
  { name: 'connections-keys', page: 'index.html', snapshot: keysSnapshot, act: goTo('connections') },
  { name: 'connections-add-key', page: 'index.html', snapshot: keysSnapshot, act: addService('header') },
  { name: 'connections-add-program', page: 'index.html', snapshot: keysSnapshot, act: addService('header', 'A program gives it') },
  { name: 'connections-add-certificate', page: 'index.html', snapshot: keysSnapshot, act: addService('certificate') },
  { name: 'connections-enter-key', page: 'index.html', snapshot: keysSnapshot, act: enterKey },
  {
    name: 'connections-client',
    page: 'index.html',
    snapshot: signInSnapshot,
    act: async (page) => {
      await goTo('connections')(page);
      await press('Enter client ID for Travel desk…')(page);
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'connections-email-google',
    page: 'index.html',
    snapshot: busySnapshot,
    act: async (page) => {
      await goTo('connections')(page);
      await press('Add a connection')(page);
      await page.getByRole('button', { name: /^Email account/ }).click();
      await page.getByText('Google', { exact: true }).click();
    },
  },
  { name: 'inbox-sign-in', page: 'index.html', snapshot: signInSnapshot },
  { name: 'connections-log', page: 'index.html', snapshot: busySnapshot, act: showLog },
  { name: 'first-1', page: 'index.html', snapshot: firstRunSnapshot },
  { name: 'first-2', page: 'index.html', snapshot: firstRunSnapshot, act: press('Get started') },
  {
    name: 'first-2b',
    page: 'index.html',
    snapshot: firstRunSnapshot,
    act: async (page) => {
      await press('Get started')(page);
      await page.getByRole('textbox').fill('My Claw');
      await press('Add this Claw')(page);
    },
  },
  {
    name: 'first-3',
    page: 'index.html',
    snapshot: firstRunSnapshot,
    act: async (page) => {
      await press('Get started')(page);
      await press('Use the practice Claw')(page);
      await page.locator('.cs-card').waitFor();
    },
  },
  { name: 'approval-email', page: 'approval.html', snapshot: only(emailQuestion) },
  { name: 'approval-many', page: 'approval.html', snapshot: busySnapshot },
  { name: 'approval-high', page: 'approval.html', snapshot: only(hostileQuestion) },
  { name: 'approval-secret', page: 'approval.html', snapshot: only(secretQuestion) },
  { name: 'approval-unknown', page: 'approval.html', snapshot: only(unknownToolQuestion) },
  { name: 'approval-pairing', page: 'approval.html', snapshot: only(pairingQuestion) },
  { name: 'approval-for', page: 'approval.html', snapshot: only(letterQuestion), act: press('Approve, and allow it for a while') },
  { name: 'approval-sign-in', page: 'approval.html', snapshot: only(signInQuestion), act: async (page) => page.getByRole('textbox').fill('4') },
  { name: 'approval-deny', page: 'approval.html', snapshot: only(emailQuestion), act: press('Say why…') },
  {
    name: 'approval-held',
    page: 'approval.html',
    snapshot: (now) => ({ ...troubledSnapshot(now), approvals: [emailQuestion(now)] }),
  },
  { name: 'approval-empty', page: 'approval.html', snapshot: quietSnapshot },
];

interface Look {
  readonly suffix: string;
  readonly context: BrowserContextOptions;
  readonly options?: Pick<OpenOptions, 'texts' | 'isRightToLeft'>;
  readonly isZoomed?: boolean;
}

const looks: readonly Look[] = [
  { suffix: 'light', context: { colorScheme: 'light' } },
  { suffix: 'dark', context: { colorScheme: 'dark' } },
  { suffix: 'contrast', context: { colorScheme: 'dark', forcedColors: 'active' } },
  { suffix: 'light-200', context: { colorScheme: 'light' }, isZoomed: true },
  { suffix: 'light-long', context: { colorScheme: 'light' }, options: { texts: 'long' } },
  { suffix: 'light-rtl', context: { colorScheme: 'light' }, options: { isRightToLeft: true } },
];

/** 200% zoom: half the room, each CSS pixel twice as large. */
function viewportOf(shot: Shot, look: Look): BrowserContextOptions {
  const [width, height] = shot.page === 'index.html' ? [1040, 720] : [400, 600];
  return look.isZoomed === true ? { viewport: { width: width / 2, height: height / 2 }, deviceScaleFactor: 2 } : { viewport: { width, height }, deviceScaleFactor: 1 };
}

async function take(browser: Browser, shot: Shot, look: Look, file: string): Promise<void> {
  const now = Date.now();
  const page = await openWindow(browser, {
    page: shot.page,
    data: fixtureData(shot.snapshot(now), now),
    ...look.options,
    context: { ...viewportOf(shot, look), ...look.context, reducedMotion: 'reduce' },
  });
  try {
    await page.locator('main, .cs-approval-window').first().waitFor();
    // Long texts change the names that an act presses; such pictures show the first state.
    if (look.options?.texts !== 'long' || shot.act?.name === '') await shot.act?.(page).catch((problem: unknown) => console.error(`${file}: ${String(problem)}`));
    await page.waitForTimeout(800);
    await page.screenshot({ path: file });
    for (const violation of await violations(page)) console.error(`${file}: refused by the policy: ${violation}`);
  } finally {
    await page.context().close();
  }
}

const [folder, ...filters] = process.argv.slice(2);
if (folder === undefined) throw new Error('Say where the pictures go: node test/renderer/screenshots.ts OUTDIR [filter…]');
await mkdir(folder, { recursive: true });
const browser = await launchBrowser();
try {
  for (const shot of shots) {
    for (const look of looks) {
      const name = `${shot.name}-${look.suffix}.png`;
      if (filters.every((filter) => new RegExp(filter, 'u').test(name))) await take(browser, shot, look, join(folder, name));
    }
  }
} finally {
  await browser.close();
}
