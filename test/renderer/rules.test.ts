import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { activityEntries } from './fixture/activity.ts';
import type { Answers } from './fixture/data.ts';
import { launchBrowser, violations } from './fixture/serve.ts';
import { busySnapshot, emptySnapshot } from './fixture/snapshot.ts';
import { callsOf, callWith, shows, visit } from './fixture/visit.ts';
import { literal } from './fixture/words.ts';

const now = Date.now();
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
  page = await visit(browser, { screen: 'rules', snapshot, now, answers });
}
const radio = (name: string) => page.getByRole('radio', { name, exact: true });

describe('the profile', () => {
  test('is chosen by keyboard or click, and main is told', async () => {
    await open();
    expect(await radio('Balanced').isChecked()).toBe(true);
    await radio('Balanced').focus();
    await page.keyboard.press('ArrowRight');
    await page.getByText('Strict is on. It works from now on.').waitFor();
    expect(await callsOf(page, 'setRulesProfile')).toEqual([{ profile: 'strict' }]);
    await radio('Relaxed').click();
    await callWith(page, 'setRulesProfile', { profile: 'relaxed' });
  });

  test('shows what main says, not what was pressed', async () => {
    await open({ setRulesProfile: { ok: false, problem: literal('The change could not be saved. Balanced stays on.') } });
    await radio('Strict').click();
    await page.getByRole('alert').getByText('Balanced stays on.').waitFor();
    expect(await radio('Balanced').isChecked()).toBe(true);
  });

  test('cannot be changed when the organization fixed it, and says who did', async () => {
    const busy = busySnapshot(now);
    await open({}, { ...busy, rules: { ...busy.rules, isProfileLocked: true } });
    for (const name of ['Relaxed', 'Balanced', 'Strict']) expect(await radio(name).isDisabled()).toBe(true);
    await page.getByRole('group', { name: 'How careful should Countersign be?' }).getByText('Managed by Acme IT · contact it-help@acme.example').waitFor();
  });
});

const rule = (sentence: string) => page.getByRole('listitem').filter({ hasText: sentence });

describe('the rules', () => {
  test('of the company are locked and stand above the own ones', async () => {
    await open();
    const headings = await page.getByRole('heading', { level: 2 }).allInnerTexts();
    expect(headings.indexOf('Company rules')).toBeLessThan(headings.indexOf('Your own rules'));
    expect(await rule('Never reach pastebin.example').getByRole('button', { name: /^Remove/ }).count()).toBe(0);
    await page.getByText('Managed by Acme IT · contact it-help@acme.example').waitFor();
  });

  test('that are the person’s own can be removed, on the second yes', async () => {
    await open();
    await page.getByRole('button', { name: 'Remove rule: Never let a Claw delete a folder' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Remove this rule?' });
    await dialog.getByText('Never let a Claw delete a folder').waitFor();
    expect(await callsOf(page, 'removeRule')).toEqual([]);
    await dialog.getByRole('button', { name: 'Remove' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await callsOf(page, 'removeRule')).toEqual([{ id: 'own-2' }]);
  });

  test('say what is wrong with them', async () => {
    await open();
    expect(await shows(rule('Never let a Claw delete a folder').getByText('This rule names a tool that is gone.'))).toBe(true);
  });

  test('show their Cedar text when asked', async () => {
    await open();
    const company = rule('Ask before email leaves the company');
    expect(await company.getByText('@id("acme-mail-outside")').isVisible()).toBe(false);
    await company.getByText('Rule text').click();
    await company.getByText('@id("acme-mail-outside")').waitFor();
  });

  test('built in are folded away until asked for', async () => {
    await open();
    expect(await page.getByText('Reading on a connected service is allowed').count()).toBe(0);
    await page.getByRole('button', { name: /^Built-in rules/ }).click();
    await page.getByText('Reading on a connected service is allowed').waitFor();
  });

  test('of one’s own are explained when there are none', async () => {
    await open({}, emptySnapshot(now));
    expect(await page.getByText('Company rules').count()).toBe(0);
    await page.getByRole('button', { name: 'Open Connections' }).click();
    await page.getByRole('heading', { level: 1, name: 'Connections' }).waitFor();
  });
});

describe('trying the rules', () => {
  const entries = activityEntries(now);

  test('says in words what they would answer now of a past action, and who decides', async () => {
    await open();
    await page.getByRole('radio', { name: /Finance Claw wanted to pay Northwind Ltd/ }).first().check();
    await page.getByText('Now you would be asked first.').waitFor();
    await page.getByText('Acme IT: Ask before email leaves the company').waitFor();
    expect(new Set((await callsOf(page, 'tryRules')).map((input) => JSON.stringify(input)))).toEqual(new Set([JSON.stringify({ action: entries[1]?.action })]));
  });

  test('finds an action by searching the record', async () => {
    await open();
    await page.getByRole('searchbox', { name: 'Find a past action' }).fill('board');
    expect(await callWith(page, 'searchActivity', { filter: { text: 'board' }, after: null })).toBeDefined();
  });

  test('asks again when the rules change, so that the answer is never an old one', async () => {
    await open();
    await page.getByRole('radio', { name: /Finance Claw wanted to pay Northwind Ltd/ }).first().check();
    await page.getByText('Now you would be asked first.').waitFor();
    await page.evaluate(() => {
      window.fixture.answerWith('tryRules', { ok: true, value: { answer: 'deny', layer: 'personal', title: 'No payments', reason: null } });
      window.fixture.push({ rules: { ...window.fixture.snapshot().rules, profile: 'strict' } });
    });
    await page.getByText('Now it would be blocked.').waitFor();
    expect(await page.getByText('Now you would be asked first.').count()).toBe(0);
  });

  test('says so when there is nothing to try on', async () => {
    await open({}, emptySnapshot(now));
    expect(await shows(page.getByText('Once a Claw has done something, you can try your rules on it here.'))).toBe(true);
  });
});

describe('what is allowed for a while', () => {
  test('is listed with its Claw, its end and its uses, and can be taken back', async () => {
    await open();
    const row = page.getByRole('listitem').filter({ hasText: 'Messages without attachments to ana@northwind.example, bo@acme.example, for one hour' });
    await row.getByText('used 3 times').waitFor();
    await row.getByText('47 more times at most').waitFor();
    await row.getByRole('button', { name: /^Take back: Marketing Claw, Messages without attachments/ }).click();
    await page.getByText('Taken back. Marketing Claw is asked about this again.').waitFor();
    expect(await callsOf(page, 'revokeGrant')).toEqual([{ id: busySnapshot(now).grants[0]!.id }]);
  });

  test('that has ended meanwhile says so', async () => {
    await open({ revokeGrant: { ok: false, problem: literal('This has ended already.') } });
    await page.getByRole('button', { name: /^Take back: Finance Claw/ }).click();
    await page.getByRole('alert').getByText('This has ended already.').waitFor();
    expect(await callsOf(page, 'revokeGrant')).toHaveLength(1);
  });

  test('is not there when nothing is', async () => {
    await open({}, emptySnapshot(now));
    expect(await page.getByRole('heading', { name: 'Allowed for a while' }).count()).toBe(0);
  });
});
