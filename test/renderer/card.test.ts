import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Approval, Snapshot } from '../../preload/contract.ts';
import { emailQuestion, hostileQuestion, letterQuestion, signInQuestion, unknownToolQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { ids } from './fixture/words.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
import { busySnapshot, troubledSnapshot } from './fixture/snapshot.ts';

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
const approved = { id: email.id, digest: email.digest, answer: 'approve', isConfirmed: false, reason: null };

test('Esc in the menu beside the answer closes the menu, and asks nothing; Ctrl+Enter there approves nothing', async () => {
  await open([emailQuestion(now)]);
  await pass(1000);
  await page.getByRole('button', { name: 'Approve, and allow it for a while' }).click();
  await page.getByRole('menu').waitFor();
  await page.keyboard.press('Control+Enter');
  expect(await answers()).toEqual([]);
  await page.keyboard.press('Escape');
  await pass(1000);
  await page.getByRole('menu').waitFor({ state: 'detached' });
  expect(await page.getByRole('dialog').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor();
});

describe('arming', () => {
  test('a click within 600 ms of the card showing does nothing, a later one answers for the digest shown', async () => {
    await open([email]);
    await pass(599);
    await clickAt('Approve once');
    await clickAt('Deny');
    expect(await answers()).toEqual([]);
    await pass(1);
    await clickAt('Approve once');
    expect(await answers()).toEqual([approved]);
  });

  test('gaining the window focus arms again, so the click that brought the window to the front approves nothing', async () => {
    await open([email]);
    await pass(5000);
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    await clickAt('Approve once');
    expect(await answers()).toEqual([]);
    await pass(600);
    await clickAt('Approve once');
    expect(await answers()).toEqual([approved]);
  });

  test('other content under the same question arms again and is what is answered', async () => {
    await open([email]);
    await pass(5000);
    const other = { ...hostileQuestion(now), id: email.id };
    const changed: Approval = { ...other, card: { ...other.card, risk: 'normal', confirm: null } };
    await page.evaluate((approval) => window.fixture.push({ approvals: [approval] }), changed);
    await page.getByText('Send this email to 44 people?').waitFor();
    await clickAt('Approve once');
    expect(await answers()).toEqual([]);
    await pass(600);
    await clickAt('Approve once');
    expect(await answers()).toEqual([{ ...approved, digest: changed.digest }]);
  });

  test('buttons that moved under the pointer arm again', async () => {
    await open([email]);
    await pass(5000);
    const before = await button('Approve once').boundingBox();
    await page.evaluate((held) => window.fixture.push({ held }), troubledSnapshot(now).held);
    await button('Undo').waitFor();
    expect((await button('Approve once').boundingBox())?.y).not.toBe(before?.y);
    await clickAt('Approve once');
    expect(await answers()).toEqual([]);
    await pass(700);
    await clickAt('Approve once');
    expect(await answers()).toEqual([approved]);
  });

  test('the next question, shown in the same place, is not answered by a second click', async () => {
    const next = { ...hostileQuestion(now), card: { ...email.card } };
    await open([email, next]);
    await pass(5000);
    await clickAt('Approve once');
    await page.evaluate(() => window.fixture.push({ held: [] }));
    await page.locator('.cs-card').waitFor();
    await clickAt('Approve once');
    expect(await answers()).toEqual([approved]);
  });
});

test('the first click in the inbox counts, though the focus was elsewhere', async () => {
  await open([email], {}, 'index.html');
  await pass(5000);
  await page.getByRole('button', { name: /Marketing Claw wants to send/ }).focus();
  await button('Approve once').click();
  expect(await answers()).toEqual([approved]);
});

describe('the keyboard', () => {
  test('focus starts on the card, never on a button', async () => {
    await open([email]);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('ARTICLE');
  });

  test('plain Enter never approves, not even on the button; Ctrl+Enter does', async () => {
    await open([email]);
    await pass(5000);
    await page.keyboard.press('Enter');
    await button('Approve once').focus();
    await page.keyboard.press('Enter');
    expect(await answers()).toEqual([]);
    await page.keyboard.press('Control+Enter');
    expect(await answers()).toEqual([approved]);
  });

  test('Cmd+Enter approves, and Space on the focused button does', async () => {
    await open([email, { ...hostileQuestion(now), card: email.card }]);
    await pass(5000);
    await page.keyboard.press('Meta+Enter');
    await page.getByRole('navigation').waitFor({ state: 'detached' });
    await button('Approve once').focus();
    await pass(5000);
    await page.keyboard.press('Space');
    expect(await answers()).toHaveLength(2);
  });

  test('keys typed ahead are ignored: before arming, while held down, and before the card had focus', async () => {
    await open([email], {}, 'index.html');
    await pass(5000);
    await page.getByRole('button', { name: /Marketing Claw wants to send/ }).focus();
    await page.keyboard.press('Control+Enter');
    await button('Approve once').focus();
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Space');
    expect(await answers()).toEqual([]);
    await page.keyboard.down('Control');
    await page.keyboard.down('Enter');
    await pass(600);
    await page.keyboard.down('Enter');
    expect(await answers()).toEqual([]);
    await page.keyboard.up('Enter');
    await page.keyboard.down('Enter');
    expect(await answers()).toEqual([approved]);
  });

  test('Esc asks "Deny?" with room for a reason; Esc again goes back to the card', async () => {
    await open([email]);
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await pass(5000);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor();
    await page.getByRole('textbox').focus();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await answers()).toEqual([]);
    await pass(5000);
    await page.locator('article.cs-card').focus();
    await pass(5000);
    await page.keyboard.press('Escape');
    await page.getByRole('textbox').fill('wrong price list');
    await pass(5000);
    await page.keyboard.press('Control+Enter');
    expect(await answers()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Deny' }).click();
    expect(await answers()).toEqual([{ ...approved, answer: 'deny', reason: 'wrong price list' }]);
  });
});

test('a card that asks for a number arms only with two digits, and answers with them', async () => {
  const signIn = signInQuestion(now);
  await open([signIn]);
  await pass(5000);
  await clickAt('Let it connect');
  const field = page.getByRole('textbox', { name: 'Number on the page in your browser' });
  await field.fill('4');
  await pass(600);
  await clickAt('Let it connect');
  expect(await answers()).toEqual([]);
  await field.fill('4x2');
  await pass(600);
  await clickAt('Let it connect');
  expect(await answers()).toEqual([{ id: signIn.id, digest: signIn.digest, answer: 'approve', isConfirmed: false, number: 42, reason: null }]);
});

describe('a high-risk card', () => {
  const question = unknownToolQuestion(now);

  test('cannot be approved before the key fact is ticked, and the tick arms it anew', async () => {
    await open([question]);
    await pass(5000);
    await clickAt('Yes, do it once');
    await page.locator('article.cs-card').focus();
    await pass(5000);
    await page.keyboard.press('Control+Enter');
    expect(await answers()).toEqual([]);
    await page.getByRole('checkbox').check();
    await clickAt('Yes, do it once');
    expect(await answers()).toEqual([]);
    await pass(600);
    await clickAt('Yes, do it once');
    expect(await answers()).toEqual([{ id: question.id, digest: question.digest, answer: 'approve', isConfirmed: true, reason: null }]);
  });

  test('a tick does not carry over to other content', async () => {
    await open([question]);
    await pass(5000);
    await page.getByRole('checkbox').check();
    await page.evaluate((approval) => window.fixture.push({ approvals: [approval] }), { ...question, digest: email.digest });
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('input[type=checkbox]')?.checked === false);
    await pass(5000);
    await clickAt('Yes, do it once');
    expect(await answers()).toEqual([]);
  });

  test('says its reasons as a list under a heading, not by colour alone', async () => {
    await open([hostileQuestion(now)]);
    const alarm = page.getByRole('region', { name: 'Look closely before you answer' });
    expect(await alarm.getByRole('listitem').count()).toBe(3);
    expect(await page.locator('.cs-card').getByRole('checkbox', { name: '43 people outside Acme will get this' }).count()).toBe(1);
  });
});

describe('“Approve for…”', () => {
  const letter = letterQuestion(now);
  const more = 'Approve, and allow it for a while';

  test('approves with the line that was chosen, which says all of what it allows', async () => {
    await open([letter]);
    await pass(600);
    await button(more).click();
    await page.getByRole('menuitem', { name: 'Messages without attachments to ana@northwind.example, bo@acme.example, carla@acme.example, for one hour' }).click();
    expect(await answers()).toEqual([{ ...approved, id: letter.id, digest: letter.digest, grant: 'recipients' }]);
  });

  test('opens and answers by keyboard, but not by a plain Enter', async () => {
    await open([letter]);
    await pass(600);
    await button(more).focus();
    await pass(600);
    await page.keyboard.press('ArrowDown');
    const first = page.getByRole('menuitem', { name: 'This exact thing again today' });
    await first.waitFor();
    await pass(600);
    await first.focus();
    await page.keyboard.press('Enter');
    expect(await answers()).toEqual([]);
    await page.keyboard.press(' ');
    expect(await answers()).toEqual([{ ...approved, id: letter.id, digest: letter.digest, grant: 'same' }]);
  });

  test('does nothing before it is armed', async () => {
    await open([letter]);
    await pass(300);
    await clickAt(more);
    expect(await page.getByRole('menuitem').count()).toBe(0);
  });

  test('is not there where nothing may be allowed for a while', async () => {
    await open([hostileQuestion(now)]);
    expect(await button(more).count()).toBe(0);
  });
});

/** Questions of one Claw, a minute apart. */
function asked(count: number): readonly Approval[] {
  return Array.from({ length: count }, (_, index) => ({ ...emailQuestion(now), id: ids.approval(100 + index), askedAt: now - 60_000 * index }));
}

describe('a Claw that asks too often', () => {
  test('can be paused from its card', async () => {
    await open([email, ...asked(5)]);
    await page.getByText('Marketing Claw asked 6 times in the last 10 minutes.').waitFor();
    await button('Pause this Claw').click();
    const calls = await page.evaluate(() => window.fixture.calls.filter(({ name }) => name === 'setAgentPaused').map(({ input }) => input));
    expect(calls).toEqual([{ id: email.agent.id, isPaused: true }]);
  });

  test('five questions, or older ones, are not too many', async () => {
    await open([email, ...asked(4), { ...emailQuestion(now), id: ids.approval(200), askedAt: now - 11 * 60_000, expiresAt: now + 60_000 }]);
    expect(await button('Pause this Claw').count()).toBe(0);
  });
});
