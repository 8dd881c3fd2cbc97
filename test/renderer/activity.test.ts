import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ActivityEntry } from '../../preload/contract.ts';
import { activityDetail, activityEntries } from './fixture/activity.ts';
import type { Answers } from './fixture/data.ts';
import { launchBrowser, violations } from './fixture/serve.ts';
import { busySnapshot, emptySnapshot } from './fixture/snapshot.ts';
import { callsOf, callWith, shows, visit } from './fixture/visit.ts';
import { ids, literal } from './fixture/words.ts';

const now = Date.now();
const entries = activityEntries(now);
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

async function open(answers: Answers = {}, snapshot = busySnapshot(now)): Promise<void> {
  page = await visit(browser, { screen: 'activity', snapshot, now, answers });
}
const button = (name: string | RegExp) => page.getByRole('button', { name });
const rows = () => page.locator('.cs-event');
const choose = async (filter: RegExp, option: string): Promise<void> => {
  await button(filter).click();
  await page.getByRole('menuitemradio', { name: option, exact: true }).click();
};
/** The record grew by one entry, and main says so. */
async function grow(newest: readonly ActivityEntry[]): Promise<void> {
  await page.evaluate((found) => {
    const { status } = window.fixture.snapshot();
    window.fixture.answerWith('searchActivity', { entries: found, next: null });
    window.fixture.push({ status: { ...status, activityRevision: status.activityRevision + 1 } });
  }, newest);
}

describe('finding', () => {
  test('searches while one types, but not at every key', async () => {
    await open();
    await rows().first().waitFor();
    await page.getByRole('searchbox', { name: 'Search activity' }).pressSequentially('price list');
    await callWith(page, 'searchActivity', { filter: { text: 'price list' }, after: null });
    // The first question of the screen, and fewer than one for each of the ten keys.
    expect((await callsOf(page, 'searchActivity')).length).toBeLessThan(8);
  });

  test('filters by Claw, connection, outcome and time together, and clears them all at once', async () => {
    await open();
    await choose(/^Claw:/, 'Finance Claw');
    await choose(/^Connection:/, 'Ledger');
    await choose(/^Outcome:/, 'Denied');
    await choose(/^Time:/, 'Last 7 days');
    const asked = await callWith(page, 'searchActivity', { filter: { agent: 'finance-claw', connection: 'ledger', progress: 'denied', text: '' } });
    const midnight = new Date(now);
    expect(asked).toMatchObject({ filter: { from: new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate() - 6).getTime(), to: null } });
    await button('Clear filters').click();
    await button('Claw: All Claws').waitFor();
    await page.waitForFunction(() => {
      const last = window.fixture.calls.findLast(({ name }) => name === 'searchActivity');
      return JSON.stringify(last?.input) === JSON.stringify({ filter: { text: '', agent: null, connection: null, progress: null, from: null, to: null }, after: null });
    });
  });

  test('asks for chosen days as whole days', async () => {
    await open();
    await choose(/^Time:/, 'Choose dates…');
    await page.getByLabel('From', { exact: true }).fill('2026-11-01');
    await page.getByLabel('To', { exact: true }).fill('2026-11-02');
    expect(await callWith(page, 'searchActivity', { filter: { from: new Date(2026, 10, 1).getTime(), to: new Date(2026, 10, 3).getTime() - 1 } })).toBeDefined();
  });

  test('says that nothing matches, keeps what was typed, and offers the way back', async () => {
    await open();
    await rows().first().waitFor();
    await page.evaluate(() => window.fixture.answerWith('searchActivity', { entries: [], next: null }));
    const field = page.getByRole('searchbox', { name: 'Search activity' });
    await field.fill('zebra');
    await page.getByRole('heading', { name: 'Nothing matches' }).waitFor();
    expect(await field.inputValue()).toBe('zebra');
    await page.evaluate((found) => window.fixture.answerWith('searchActivity', { entries: found, next: null }), entries);
    await page.locator('.cs-empty').getByRole('button', { name: 'Clear filters' }).click();
    await rows().first().waitFor();
    expect(await field.inputValue()).toBe('');
  });

  test('says what to do when nothing has happened yet', async () => {
    await open({}, emptySnapshot(now));
    await page.getByRole('heading', { name: 'Nothing has happened yet' }).waitFor();
    await button('Connect a Claw').click();
    expect(await shows(page.getByRole('heading', { level: 1, name: 'Claws' }))).toBe(true);
  });

  test('says when the record cannot be read, and tries again', async () => {
    await open();
    await rows().first().waitFor();
    await page.evaluate(() => window.fixture.answerWith('searchActivity', 'reject'));
    await choose(/^Outcome:/, 'Denied');
    await page.getByText('The record could not be read just now. Nothing was changed.').waitFor();
    await page.evaluate((found) => window.fixture.answerWith('searchActivity', { entries: found, next: null }), entries);
    await button('Try again').click();
    expect(await shows(rows().first())).toBe(true);
  });
});

describe('the timeline', () => {
  test('groups by day and tells each entry as a sentence with its outcome', async () => {
    await open();
    await page.getByRole('heading', { level: 2, name: 'Today' }).or(page.getByRole('heading', { level: 2, name: 'Yesterday' })).first().waitFor();
    const first = await rows().first().innerText();
    expect(first.replace(/\s+/g, ' ')).toMatch(/M Marketing Claw sent “Q3 price list” to 4 people You approved · Work mail · one outside your company Done$/);
  });

  test('loads on at its end, with the continuation main gave, and does not repeat an entry', async () => {
    await open({ searchActivity: { entries: entries.slice(0, 40), next: 'after-40' } });
    await rows().nth(39).waitFor();
    await page.evaluate((found) => window.fixture.answerWith('searchActivity', { entries: found, next: null }), entries.slice(39, 60));
    await page.locator('.cs-timeline-end').scrollIntoViewIfNeeded();
    await callWith(page, 'searchActivity', { after: 'after-40' });
    await page.getByText('That is everything.').waitFor();
    expect(await rows().count()).toBe(60);
  });

  test('shows a new entry on top when the record grows, and does not move what is being read', async () => {
    await open();
    const read = rows().nth(30);
    // Rows out of sight have a guessed height until they are drawn: measured once the drawn rows have settled.
    await read.evaluate(async (row) => {
      let top = NaN;
      for (let calm = 0; calm < 5; ) {
        row.scrollIntoView({ block: 'center' });
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = row.getBoundingClientRect().top;
        calm = now === top ? calm + 1 : 0;
        top = now;
      }
    });
    const words = await read.textContent();
    const before = await read.boundingBox();
    await grow([{ ...entries[0], action: ids.action(1), at: now, sentence: literal('sent “Brand new” to 1 person') } as ActivityEntry, ...entries]);
    await page.getByText('sent “Brand new” to 1 person').waitFor({ state: 'attached' });
    expect(await rows().nth(31).textContent()).toBe(words);
    await page.waitForFunction((top) => Math.abs((document.querySelectorAll('.cs-event')[31]?.getBoundingClientRect().top ?? 0) - top) < 2, before?.y ?? -1);
  });

  test('a known entry takes its new outcome', async () => {
    const [newest, ...rest] = entries;
    await open({ searchActivity: { entries: [{ ...newest, progress: 'waiting' } as ActivityEntry, ...rest], next: null } });
    await rows().first().getByText('Waiting for you').waitFor();
    await grow([{ ...newest, progress: 'denied' } as ActivityEntry, ...rest]);
    expect(await shows(rows().first().getByText('Denied'))).toBe(true);
  });
});

describe('the details', () => {
  test('open and close by keyboard, and give the focus back to their entry', async () => {
    const second = entries[1] as ActivityEntry;
    await open({ readActivity: { ok: true, value: activityDetail(second) } });
    await rows().first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog');
    await drawer.getByText('"subject": "Q3 price list"').waitFor();
    await callWith(page, 'readActivity', { action: second.action });
    await drawer.getByText('Acme asks before email leaves the company.').waitFor();
    await drawer.getByText('Acme IT', { exact: true }).waitFor();
    expect(await drawer.getByRole('list').last().getByRole('listitem').count()).toBe(4);
    const hash = drawer.getByRole('list').last().locator('code').first();
    expect(await hash.getAttribute('title')).toMatch(/^[0-9a-f]{64}$/);
    expect((await hash.innerText()).replace(/^Fingerprint\s*/, '')).toHaveLength(12);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    await page.waitForFunction(() => document.activeElement === document.querySelectorAll('.cs-event')[1]);
  });

  test('follow the record while they are open', async () => {
    const first = entries[0] as ActivityEntry;
    await open({ readActivity: { ok: true, value: activityDetail({ ...first, progress: 'held' }) } });
    await rows().first().click();
    await page.getByRole('dialog').getByText('Can still be undone').waitFor();
    await page.evaluate((detail) => window.fixture.answerWith('readActivity', { ok: true, value: detail }), activityDetail({ ...first, progress: 'undone' }));
    await grow(entries);
    expect(await shows(page.getByRole('dialog').getByText('Undone', { exact: true }))).toBe(true);
  });

  test('say why when they cannot be read', async () => {
    await open({ readActivity: { ok: false, problem: literal('There is no such entry.') } });
    await rows().first().click();
    expect(await shows(page.getByRole('dialog').getByRole('alert').getByText('There is no such entry.'))).toBe(true);
  });
});

describe('taking the record elsewhere', () => {
  test('exports exactly what is filtered and shows where it went', async () => {
    await open();
    await choose(/^Claw:/, 'Travel Claw');
    await button('Export…').click();
    await page.getByRole('menuitem', { name: 'For other tools (JSON Lines)' }).click();
    await page.getByText('Saved as /Users/dana/Downloads/countersign-activity.csv').waitFor();
    expect(await callsOf(page, 'exportActivity')).toEqual([{ filter: { text: '', agent: 'travel-claw', connection: null, progress: null, from: null, to: null }, format: 'jsonl' }]);
  });

  test('says why an export failed', async () => {
    await open({ exportActivity: { ok: false, problem: literal('The disk is full. No file was written.') } });
    await button('Export…').click();
    await page.getByRole('menuitem', { name: 'Spreadsheet (CSV)' }).click();
    expect(await shows(page.getByRole('alert').getByText('The disk is full. No file was written.'))).toBe(true);
  });

  test('the chart shows the same numbers as a table', async () => {
    await open();
    await button(/^Last 30 days: 331 done, 87 asked, 12 stopped/).click();
    const table = page.getByRole('table', { name: /Last 30 days/ });
    await table.waitFor();
    expect((await table.getByRole('columnheader').allInnerTexts()).map((name) => name.trim())).toEqual(['Day', 'Done', 'Asked', 'Stopped']);
    expect(await table.getByRole('rowheader').count()).toBeGreaterThan(20);
    await page.keyboard.press('Enter');
    await table.waitFor({ state: 'detached' });
  });
});

describe('whether the record is whole', () => {
  test('is one quiet line, and can be checked now', async () => {
    await open();
    await page.getByText(/^Record intact since .+ \(checked \d+ minutes ago\)$/).waitFor();
    await button('Check now').click();
    await page.getByText('4,812 events checked, all in order.').waitFor();
    expect(await callsOf(page, 'verifyActivity')).toHaveLength(1);
  });

  test('is said in words when it is broken, with the next step', async () => {
    const busy = busySnapshot(now);
    await open({}, { ...busy, status: { ...busy.status, record: { state: 'broken', since: now, checkedAt: now } } });
    await page.getByText(/The record does not add up: .+ Export what is here and show it to your IT team\./).waitFor();
    await page.getByText('Record damaged').waitFor();
    expect(await page.getByText(/Record intact/).count()).toBe(0);
  });
});
