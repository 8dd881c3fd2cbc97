import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Approval, Snapshot } from '../../preload/contract.ts';
import { emailQuestion, hostileQuestion, unknownToolQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
import { busySnapshot, quietSnapshot, troubledSnapshot } from './fixture/snapshot.ts';

const now = Date.UTC(2026, 10, 22, 14, 0, 0);
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

/** A window whose clock stands still, showing these questions. */
async function open(approvals: readonly Approval[], rest: Partial<Snapshot> = {}, window: OpenOptions['page'] = 'approval.html'): Promise<void> {
  page = await openWindow(browser, { page: window, data: fixtureData({ ...busySnapshot(now), approvals: [...approvals], ...rest }, now), stoppedAt: now });
  await page.locator('main').waitFor();
}

const pass = async (milliseconds: number): Promise<void> => page.clock.runFor(milliseconds);
const button = (name: string) => page.getByRole('button', { name, exact: true });
/** A click at the button's place, as a hand does it: also when it is not armed. */
const clickAt = async (name: string): Promise<void> => button(name).click({ force: true });
async function answers(): Promise<readonly unknown[]> {
  return page.evaluate(() => window.fixture.calls.filter(({ name }) => name === 'answerApproval').map(({ input }) => input));
}

const email = emailQuestion(now);

describe('what the card shows', () => {
  test('counts down, and stops taking answers when time is up', async () => {
    await open([email]);
    expect(await page.getByRole('timer').innerText()).toContain('4:32');
    await pass(1000);
    expect(await page.getByRole('timer').innerText()).toContain('4:31');
    await page.clock.fastForward(271_000);
    expect(await page.getByRole('timer').innerText()).toContain('Time is up');
    await clickAt('Approve once');
    await page.keyboard.press('Control+Enter');
    expect(await answers()).toEqual([]);
  });

  test('text that lies is plain text: no markup, no picture, hidden characters as tags, the real host of a link', async () => {
    await open([hostileQuestion(now)]);
    const message = page.getByRole('group', { name: 'Message' });
    expect(await message.innerText()).toContain('<b>Not bold</b> **nor this** ![tracker](https://t.example/x.png)');
    expect(await page.locator('.cs-card img, .cs-card a[href]').count()).toBe(0);
    expect(await page.locator('.cs-tag').allInnerTexts()).toEqual(expect.arrayContaining(['U+202E', 'U+200B', 'U+2066']));
    expect(await page.locator('.cs-links').innerText()).toMatch(/https:\/\/acme\.example\/pay\s+leads to\s+acme-pay\.example\.net\s+Leads elsewhere than it says/);
  });

  test('the gravest recipient is in view, the rest one click away', async () => {
    await open([hostileQuestion(now)]);
    const people = page.locator('.cs-facts > div').first();
    expect(await people.getByRole('listitem').first().innerText()).toContain('accounts@xn--cme-qla.example');
    await people.getByRole('button', { name: '+ 41 more (show)' }).click();
    expect(await people.getByRole('listitem').count()).toBe(44);
  });

  test('an email to three people fits the small window without scrolling', async () => {
    await open([email]);
    const overflow = await page.evaluate(() => {
      const body = document.querySelector('.cs-card-body');
      return [document.documentElement, body].map((element) => (element === null ? 1 : element.scrollHeight - element.clientHeight));
    });
    expect(overflow).toEqual([0, 0]);
  });

  test('an answer that main does not take is told as a sentence, and can be given again', async () => {
    await open([email]);
    await pass(5000);
    await page.evaluate(() => window.fixture.answerWith('answerApproval', { ok: false, problem: { id: 'This question was answered elsewhere.', values: {} } }));
    await clickAt('Approve once');
    await page.getByRole('alert').getByText('This question was answered elsewhere.').waitFor();
    await page.evaluate(() => window.fixture.answerWith('answerApproval', 'reject'));
    await pass(5000);
    await clickAt('Approve once');
    await page.getByRole('alert').getByText('Countersign did not answer. Nothing was changed. Try again.').waitFor();
    expect(await answers()).toHaveLength(2);
  });
});

describe('the small window', () => {
  test('steps through what waits, oldest first', async () => {
    await open([email, hostileQuestion(now), unknownToolQuestion(now)]);
    expect(await page.getByText('1 of 3').count()).toBe(1);
    await button('Next question').click();
    await page.getByText('Send this email to 44 people?').waitFor();
    await button('Previous question').click();
    await page.getByRole('heading', { name: 'Send this email?' }).waitFor();
  });

  test('is calm when nothing waits, and closes itself', async () => {
    await open(quietSnapshot(now).approvals);
    await page.getByText('Nothing is waiting').waitFor();
    await pass(2500);
    expect(await page.evaluate(() => window.fixture.calls.map(({ name }) => name))).toContain('closeWindow');
  });

  test('says what came of the last answer before it closes: denied, undone, failed', async () => {
    await open([email]);
    await page.getByRole('heading', { name: 'Send this email?' }).waitFor();
    const ended = (change: Partial<typeof email>) => page.evaluate((approvals) => window.fixture.push({ approvals }), [{ ...email, answeredAt: now, ...change }]);
    await ended({ answer: 'denied', progress: 'denied' });
    await page.getByText('Nothing was done. Marketing Claw is told that you said no.').waitFor();
    await ended({ answer: 'approved', progress: 'undone' });
    await page.getByText('Nothing was done. Marketing Claw is told that you took it back.').waitFor();
    await ended({ answer: 'approved', progress: 'failed' });
    await page.getByRole('heading', { name: 'It did not work' }).waitFor();
    await pass(2500);
    expect(await page.evaluate(() => window.fixture.calls.map(({ name }) => name))).not.toContain('closeWindow');
  });

  test('is there for screen readers again after a denial in the dialog', async () => {
    await open([email]);
    await pass(1000);
    await button('Deny and say why…').click();
    await pass(500);
    await page.locator('#root[aria-hidden=true]').waitFor({ state: 'attached' });
    await page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click();
    await page.getByText('Nothing was done. Marketing Claw is told that you said no.').waitFor();
    await pass(1000);
    expect(await page.locator('#root').getAttribute('aria-hidden')).toBeNull();
  });

  test('names itself after the question and the Claw, with how many wait', async () => {
    await open([email, hostileQuestion(now)]);
    await page.getByText('1 of 2').waitFor();
    expect(await page.title()).toBe('(2) Send this email? Marketing Claw – Countersign');
    expect(await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir])).toEqual(['en-US', 'ltr']);
  });

  test('stays while something approved can still be undone, and undoes it', async () => {
    await open(quietSnapshot(now).approvals, { held: troubledSnapshot(now).held });
    await page.getByText('Going ahead in 10 s').waitFor();
    await pass(5000);
    await page.getByText('Going ahead in 5 s').waitFor();
    expect(await page.evaluate(() => window.fixture.calls.map(({ name }) => name))).not.toContain('closeWindow');
    await button('Undo').click();
    await button('Undo').waitFor({ state: 'detached' });
    expect(await page.evaluate(() => window.fixture.calls.at(-1))).toEqual({ name: 'undoAction', input: { action: troubledSnapshot(now).held[0]?.action } });
  });
});
