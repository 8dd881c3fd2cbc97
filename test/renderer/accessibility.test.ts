import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Snapshot } from '../../preload/contract.ts';
import { editedQuestion, emailQuestion, hostileQuestion, pairingQuestion, signInQuestion, unknownToolQuestion } from './fixture/approvals.ts';
import { fixtureData } from './fixture/data.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
import { settled } from './fixture/visit.ts';
import { busySnapshot, emptySnapshot, firstRunSnapshot, quietSnapshot, troubledSnapshot } from './fixture/snapshot.ts';

const now = Date.now();
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => browser.close());

/** What axe finds that would stop or badly hinder somebody, with where. */
async function findings(page: Page): Promise<readonly string[]> {
  await settled(page);
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} at ${target.join(' ')}: ${failureSummary ?? ''}`));
}

interface Place {
  readonly name: string;
  readonly page: OpenOptions['page'];
  readonly snapshot: Snapshot;
  readonly act?: (page: Page) => Promise<void>;
}

const only = (approval: Snapshot['approvals'][number]): Snapshot => ({ ...busySnapshot(now), approvals: [approval] });
const startEditing = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Edit…' }).click();
  await page.getByRole('textbox', { name: 'Subject', exact: true }).waitFor();
};
const editWrongly = async (page: Page): Promise<void> => {
  const problem = { id: 'edit.problem.address', values: { text: 'bo@' } };
  await page.evaluate((problem) => window.fixture.answerWith('editApproval', { ok: true, value: { kind: 'wrong', problems: [{ at: '/to', entry: 1, problem }] } }), problem);
  await startEditing(page);
  await page.getByRole('textbox', { name: 'To, address 2' }).fill('bo@');
  await page.getByRole('button', { name: 'Review changes' }).click();
  await page.getByText('“bo@” is not an email address.').waitFor();
};
const places: readonly Place[] = [
  { name: 'the inbox', page: 'index.html', snapshot: busySnapshot(now) },
  { name: 'the inbox with problems, paused, an action on hold', page: 'index.html', snapshot: troubledSnapshot(now) },
  { name: 'the quiet inbox', page: 'index.html', snapshot: quietSnapshot(now) },
  { name: 'the inbox without a Claw', page: 'index.html', snapshot: emptySnapshot(now) },
  {
    name: 'the settings',
    page: 'index.html',
    snapshot: busySnapshot(now),
    act: async (page) => {
      await page.locator('.cs-nav').waitFor();
      await page.evaluate(() => window.fixture.navigate('settings'));
      await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    },
  },
  { name: 'the first run', page: 'index.html', snapshot: firstRunSnapshot(now) },
  { name: 'the first run, connecting', page: 'index.html', snapshot: firstRunSnapshot(now), act: async (page) => page.getByRole('button', { name: 'Get started' }).click() },
  { name: 'the everyday card', page: 'approval.html', snapshot: only(emailQuestion(now)) },
  { name: 'the hostile card', page: 'approval.html', snapshot: only(hostileQuestion(now)) },
  { name: 'the card of an unknown tool', page: 'approval.html', snapshot: only(unknownToolQuestion(now)) },
  { name: 'the pairing card', page: 'approval.html', snapshot: only(pairingQuestion(now)) },
  { name: 'the sign-in card', page: 'approval.html', snapshot: only(signInQuestion(now)) },
  {
    name: 'the deny dialog',
    page: 'approval.html',
    snapshot: only(emailQuestion(now)),
    act: async (page) => page.getByRole('button', { name: 'Deny and say why…' }).click(),
  },
  { name: 'the form to change a card', page: 'approval.html', snapshot: only(emailQuestion(now)), act: startEditing },
  { name: 'the form with a field that is wrong', page: 'approval.html', snapshot: only(emailQuestion(now)), act: editWrongly },
  { name: 'the changed card', page: 'approval.html', snapshot: only(editedQuestion(now)) },
  { name: 'several cards', page: 'approval.html', snapshot: busySnapshot(now) },
];

describe('axe finds nothing serious, and the policy refuses nothing, in light and in dark', () => {
  test.each(places)('$name', async ({ page: window, snapshot, act }) => {
    const page = await openWindow(browser, { page: window, data: fixtureData(snapshot, now), context: { reducedMotion: 'reduce' } });
    try {
      await page.locator('main').first().waitFor();
      await act?.(page);
      await page.locator('.cs-arming').first().waitFor({ state: 'detached' });
      expect(await findings(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      await page.locator('html[data-theme=dark]').waitFor();
      expect(await findings(page)).toEqual([]);
      expect(await violations(page)).toEqual([]);
    } finally {
      await page.context().close();
    }
  });
});
