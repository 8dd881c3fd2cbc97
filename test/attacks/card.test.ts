import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { Approval, Card, Snapshot } from '../../preload/contract.ts';
import { emailQuestion, hostileQuestion, unknownToolQuestion } from '../renderer/fixture/approvals.ts';
import { fixtureData } from '../renderer/fixture/data.ts';
import { launchBrowser, openWindow, violations } from '../renderer/fixture/serve.ts';
import { busySnapshot } from '../renderer/fixture/snapshot.ts';
import { attack } from './setting.ts';

const now = Date.UTC(2026, 10, 22, 14, 0, 0);
const email = emailQuestion(now);
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterEach(async () => {
  expect(await violations(page)).toEqual([]);
  await page.context().close();
});
afterAll(async () => browser.close());

async function show(approvals: readonly Approval[], rest: Partial<Snapshot> = {}): Promise<void> {
  page = await openWindow(browser, { page: 'approval.html', data: fixtureData({ ...busySnapshot(now), approvals: [...approvals], ...rest }, now), stoppedAt: now });
  await page.locator('article.cs-card').waitFor();
}

const withCard = (changes: Partial<Card>): Approval => ({ ...email, card: { ...email.card, ...changes } });
const pass = async (milliseconds: number): Promise<void> => page.clock.runFor(milliseconds);
const clickApprove = async (): Promise<void> => page.getByRole('button', { name: 'Approve once', exact: true }).click({ force: true });
const answers = async (): Promise<number> => page.evaluate(() => window.fixture.calls.filter(({ name }) => name === 'answerApproval').length);

describe('a card in Chromium', () => {
  attack('Click meant for what was there before the card', async () => {
    await show([email]);
    await clickApprove();
    await pass(599);
    await clickApprove();
    expect(await answers()).toBe(0);
  });

  attack('Double click', async () => {
    await show([email]);
    await pass(5000);
    await page.getByRole('button', { name: 'Approve once', exact: true }).dblclick({ force: true });
    expect(await answers()).toBe(1);
  });

  attack('Enter typed ahead', async () => {
    await show([email]);
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Enter');
    await pass(5000);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    expect(await answers()).toBe(0);
  });

  attack('Other content under the pointer', async () => {
    await show([email]);
    await pass(5000);
    const other: Approval = { ...hostileQuestion(now), id: email.id };
    await page.evaluate((approval) => window.fixture.push({ approvals: [approval] }), { ...other, card: { ...other.card, risk: 'normal' as const, confirm: null } });
    await page.getByText('Send this email to 44 people?').waitFor();
    await clickApprove();
    expect(await answers()).toBe(0);
  });

  attack('Yes by keyboard to a card whose key fact is not ticked', async () => {
    await show([unknownToolQuestion(now)]);
    await pass(5000);
    await page.keyboard.press('Control+Enter');
    expect(await answers()).toBe(0);
  });

  attack('Markup and addresses of pictures in a card', async () => {
    const label = { id: 'card.row.message', values: {} };
    const markup = '<img src=x onerror=alert(1)><script>alert(1)</script><b>bold</b> ![x](https://tracker.example/x.png)';
    await show([withCard({ rows: [{ kind: 'text', label, text: markup, isStrong: true }, { kind: 'message', label, text: markup, links: [] }] })]);
    expect(await page.locator('.cs-facts, .cs-block').locator('img, script, b, a[href]').evaluateAll((found) => found.map(({ outerHTML }) => outerHTML))).toEqual([]);
    expect(await page.locator('.cs-message').textContent()).toBe(markup);
  });

  attack('Stranger at the end of a long list', async () => {
    const mark = { text: { id: 'mark.firstTime', values: {} }, tone: 'mind' as const };
    const colleagues = Array.from({ length: 499 }, (_, index) => ({ address: `p${index}@acme.example`, name: null, marks: [] }));
    const label = { id: 'card.row.to', values: {} };
    await show([withCard({ rows: [{ kind: 'people', label, people: [...colleagues, { address: 'eve@evil.example', name: null, marks: [mark] }] }] })]);
    const list = page.locator('.cs-facts li');
    expect(await list.first().textContent()).toContain('eve@evil.example');
    await page.getByRole('button', { name: /497 more/ }).or(page.getByText(/\+\s*497/)).first().click();
    expect(await page.getByText('p498@acme.example').count()).toBe(1);
  });
});
