import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Snapshot } from '../../preload/contract.ts';
import { emailQuestion } from './fixture/approvals.ts';
import { fixtureData, type Answers } from './fixture/data.ts';
import { launchBrowser, openWindow, violations } from './fixture/serve.ts';
import { busySnapshot, emptySnapshot, firstRunSnapshot, quietSnapshot, troubledSnapshot } from './fixture/snapshot.ts';

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterEach(async () => {
  const refused = await violations(page);
  await page.context().close();
  expect(refused).toEqual([]);
});
afterAll(async () => browser.close());

interface Options {
  readonly answers?: Answers;
  /** The page's clock stands still until the test moves it. (React shows lazily loaded screens by that clock.) */
  readonly isStopped?: boolean;
}

async function open(snapshot: (now: number) => Snapshot, { answers = {}, isStopped = false }: Options = {}): Promise<void> {
  const now = Date.now();
  page = await openWindow(browser, { page: 'index.html', data: fixtureData(snapshot(now), now, answers), ...(isStopped ? { stoppedAt: now } : {}) });
  page.setDefaultTimeout(15_000);
  await page.locator('main').waitFor();
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const heading = (name: string) => page.getByRole('heading', { name, exact: true });
async function callsOf(name: string): Promise<readonly unknown[]> {
  return page.evaluate((name) => window.fixture.calls.filter((call) => call.name === name).map(({ input }) => input), name);
}

describe('the frame', () => {
  test('opens the six screens, from the sidebar and when the shell asks', async () => {
    await open(busySnapshot);
    await heading('Inbox').waitFor();
    for (const name of ['Activity', 'Claws', 'Connections', 'Rules', 'Settings']) {
      await button(name).click();
      await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
      expect(await page.title()).toBe(`(4) ${name} – Countersign`);
      expect(await page.locator('[aria-current=page]').innerText()).toBe(name);
    }
    await page.evaluate(() => window.fixture.navigate('inbox'));
    await page.getByRole('heading', { level: 1, name: 'Inbox', exact: true }).waitFor();
  });

  test('counts what waits, in words for a screen reader', async () => {
    await open(busySnapshot);
    await page.getByRole('button', { name: 'Inbox 4 questions waiting' }).waitFor();
    await page.evaluate(() => window.fixture.push({ approvals: [] }));
    await button('Inbox').waitFor();
    expect(await page.locator('.cs-nav-count').count()).toBe(0);
  });

  test('pauses everything with one click, says so over every screen, and resumes', async () => {
    await open(busySnapshot);
    await button('Pause all Claws').click();
    await page.getByText('All Claws are paused. Nothing passes until you resume.').waitFor();
    await page.getByRole('region', { name: 'What needs your attention' }).getByRole('button', { name: 'Resume' }).click();
    await button('Pause all Claws').waitFor();
    expect(await callsOf('setPaused')).toEqual([{ isPaused: true }, { isPaused: false }]);
  });

  test('shows every problem that main knows of', async () => {
    await open(troubledSnapshot);
    expect(await page.getByRole('region', { name: 'What needs your attention' }).getByRole('listitem').count()).toBe(2);
  });

  test('leads from a sign-in problem to where one signs in', async () => {
    await open(troubledSnapshot);
    await button('Go to Connections').click();
    await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
    expect(await button('Go to Connections').count()).toBe(0);
  });

  test('an approved action counts down and can be undone, beside any screen', async () => {
    await open(troubledSnapshot, { isStopped: true });
    await page.evaluate(() => window.fixture.navigate('settings'));
    await page.getByText('Going ahead in 10 s. Nothing has happened yet.').waitFor();
    await page.clock.runFor(4000);
    await page.getByText('Going ahead in 6 s. Nothing has happened yet.').waitFor();
    await button('Undo').click();
    await button('Undo').waitFor({ state: 'detached' });
    expect(await callsOf('undoAction')).toEqual([{ action: troubledSnapshot(0).held[0]?.action }]);
  });

  test('a new question is announced politely and takes no focus', async () => {
    await open(quietSnapshot);
    await page.evaluate(() => window.fixture.navigate('settings'));
    const switches = page.getByRole('switch').first();
    await switches.focus();
    await page.evaluate((approval) => window.fixture.push({ approvals: [approval] }), emailQuestion(Date.now()));
    await page.locator('output', { hasText: 'Waiting for your answer: Marketing Claw wants to send' }).waitFor({ state: 'attached' });
    expect(await switches.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('a missed push is made good: the window asks main again', async () => {
    await open(quietSnapshot);
    await page.evaluate(() => {
      const { fixture } = window;
      const before = fixture.snapshot().status;
      fixture.push({ held: [] });
      fixture.loseNext();
      fixture.push({ status: { ...before, isPaused: true } });
      fixture.push({ held: [] });
    });
    await page.getByText('All Claws are paused. Nothing passes until you resume.').waitFor();
    expect(await callsOf('getSnapshot')).toHaveLength(2);
  });
});

describe('the inbox', () => {
  test('opens any question, and tells of an answered one what came of it', async () => {
    await open(busySnapshot);
    await page.getByRole('button', { name: /Cursor wants to connect/ }).click();
    await heading('Let “Cursor” connect?').waitFor();
    await button('Let it connect').waitFor();
    await page.getByRole('button', { name: /billing@northwind.example/ }).click();
    await page.locator('article').getByText('You denied this.').waitFor();
    expect(await button('Approve once').count()).toBe(0);
  });

  test('says what to do when there is no Claw yet', async () => {
    await open(emptySnapshot);
    await heading('Connect your first Claw').waitFor();
    await button('Use the practice Claw').click();
    expect(await callsOf('startPractice')).toHaveLength(1);
    await page.evaluate(() => window.fixture.push({ agents: [] }));
    await button('Connect a Claw').click();
    await page.getByRole('heading', { level: 1, name: 'Claws', exact: true }).waitFor();
  });
});

async function openSettings(answers: Answers = {}): Promise<void> {
  await open(busySnapshot, { answers });
  await page.evaluate(() => window.fixture.navigate('settings'));
  await heading('Settings').waitFor();
}

describe('the settings', () => {
  test('what the organization fixed is locked and says by whom', async () => {
    await openSettings();
    const locked = page.getByRole('textbox', { name: 'How long a question waits for you' });
    expect(await locked.isDisabled()).toBe(true);
    expect(await locked.evaluate((element) => document.querySelector<HTMLElement>(`#${CSS.escape(element.getAttribute('aria-describedby') ?? '')}`)?.innerText)).toContain(
      'Managed by Acme IT',
    );
    expect(await page.getByRole('button', { name: 'Remove acme.example', exact: true }).count()).toBe(0);
  });

  test('a number out of range is told and kept, nothing is saved; a good one is saved once', async () => {
    await openSettings();
    const field = page.getByRole('textbox', { name: 'Before something is sent' });
    await field.fill('500');
    await field.press('Enter');
    await page.getByRole('alert').getByText('Write a whole number from 0 to 120. It is not saved yet.').waitFor();
    await field.blur();
    expect(await field.inputValue()).toBe('500');
    expect(await callsOf('updateSettings')).toEqual([]);
    await field.fill('30');
    await field.press('Enter');
    await field.blur();
    expect(await callsOf('updateSettings')).toEqual([{ sendHoldSeconds: 30 }]);
    expect(await field.inputValue()).toBe('30');
  });

  test('what main refuses stays in the field, with the reason', async () => {
    await openSettings({ updateSettings: { ok: false, problem: { id: 'The disk is full.', values: {} } } });
    const field = page.getByRole('textbox', { name: 'Before something is sent' });
    await field.fill('30');
    await field.press('Enter');
    await page.getByRole('alert').getByText('The disk is full.').waitFor();
    expect(await field.inputValue()).toBe('30');
  });

  test('a list takes what a person types, and refuses what is none', async () => {
    await openSettings();
    await page.evaluate(() => window.fixture.push({ lockedSettings: [] }));
    const field = page.getByRole('textbox', { name: 'Domains of your company' });
    await field.fill('not a domain');
    await field.press('Enter');
    await page.getByRole('alert').getByText('Write a domain, such as acme.example.').waitFor();
    expect(await field.inputValue()).toBe('not a domain');
    await field.fill('@Acme.Net');
    await field.press('Enter');
    await button('Remove acme.net').click();
    await button('Remove acme.net').waitFor({ state: 'detached' });
    expect(await callsOf('updateSettings')).toEqual([{ ownDomains: ['acme.example', 'acme-group.example', 'acme.net'] }, { ownDomains: ['acme.example', 'acme-group.example'] }]);
  });

  test('the look follows the choice at once', async () => {
    await openSettings();
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('Dark');
    await page.locator('html[data-theme=dark]').waitFor();
    await page.getByRole('combobox', { name: 'Appearance' }).selectOption('As the system');
    await page.locator('html[data-theme=light]').waitFor();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-theme=dark]').waitFor();
    expect(await callsOf('updateSettings')).toEqual([{ theme: 'dark' }, { theme: 'system' }]);
  });
});

describe('the first run', () => {
  test('ends with a real answer to the practice Claw', async () => {
    await open(firstRunSnapshot, { isStopped: true });
    await button('Get started').click();
    await button('Use the practice Claw').click();
    await page.clock.runFor(400);
    await button('Approve once').scrollIntoViewIfNeeded();
    await page.clock.runFor(1000);
    await button('Approve once').click();
    await button('Go to your Inbox').click();
    await heading('Inbox').waitFor();
    expect(await callsOf('finishFirstRun')).toHaveLength(1);
  });

  test('gives a Claw of one’s own what to copy', async () => {
    await open(firstRunSnapshot);
    await button('Get started').click();
    await page.getByRole('textbox').fill('  My Claw ');
    await page.keyboard.press('Enter');
    await page.getByText('"mcpServers"').waitFor();
    expect(await callsOf('addAgent')).toEqual([{ name: 'My Claw' }]);
    await button('Copy').first().click();
    await button('Copied').waitFor();
    await button('Continue').click();
    await heading('Give your first answer').waitFor();
  });

  test('can be skipped at any step', async () => {
    await open(firstRunSnapshot);
    await button('Skip').click();
    await heading('Inbox').waitFor();
    expect(await callsOf('finishFirstRun')).toHaveLength(1);
  });
});
