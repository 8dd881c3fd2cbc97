import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Screen } from '../../preload/contract.ts';
import { activityEntries } from './fixture/activity.ts';
import { launchBrowser, violations } from './fixture/serve.ts';
import { busySnapshot, emptySnapshot, signInSnapshot } from './fixture/snapshot.ts';
import { findings, visit } from './fixture/visit.ts';

const now = Date.now();
/** Of each outcome at least one; axe looks at every row, so there are no more. */
const aDozen = activityEntries(now).slice(0, 12);
let browser: Browser;

beforeAll(async () => {
  browser = await launchBrowser();
}, 120_000);
afterAll(async () => browser.close());

interface Place {
  readonly name: string;
  readonly screen: Screen;
  readonly isEmpty?: boolean;
  /** Opens what is looked at, and waits for it. */
  readonly act?: (page: Page) => Promise<void>;
}

const press = async (page: Page, name: string | RegExp): Promise<void> => page.getByRole('button', { name }).first().click();
const menu = async (page: Page, button: string, item: string): Promise<void> => {
  await press(page, button);
  await page.getByRole('menuitem', { name: item }).click();
};

const places: readonly Place[] = [
  { name: 'the activity', screen: 'activity', act: async (page) => page.locator('.cs-event').first().waitFor() },
  {
    name: 'the details of an action',
    screen: 'activity',
    act: async (page) => {
      await page.locator('.cs-event').first().click();
      await page.getByRole('dialog').getByRole('list').first().waitFor();
    },
  },
  {
    name: 'the numbers behind the chart',
    screen: 'activity',
    act: async (page) => {
      await press(page, /^Last 30 days/);
      await page.getByRole('table').waitFor();
    },
  },
  { name: 'the activity before anything happened', screen: 'activity', isEmpty: true },
  { name: 'the Claws', screen: 'claws' },
  { name: 'renaming a Claw', screen: 'claws', act: async (page) => menu(page, 'More for Marketing Claw', 'Rename') },
  {
    name: 'what a Claw may use',
    screen: 'claws',
    act: async (page) => menu(page, 'More for Marketing Claw', 'Choose connections'),
  },
  {
    name: 'the commands that an OpenClaw runs itself',
    screen: 'claws',
    act: async (page) => {
      await menu(page, 'More for Marketing Claw', 'Answer OpenClaw’s own commands here…');
      await page.getByRole('radio', { name: 'Enter address and token' }).check();
    },
  },
  {
    name: 'a Claw just added',
    screen: 'claws',
    act: async (page) => {
      await press(page, 'Add a Claw');
      await page.getByRole('textbox').fill('Sales Claw');
      await page.getByRole('textbox').press('Enter');
      await page.getByRole('dialog', { name: 'Connect Sales Claw' }).waitFor();
    },
  },
  {
    name: 'the advanced settings of Claws, free and locked',
    screen: 'claws',
    act: async (page) => {
      for (const name of ['Marketing Claw', 'Finance Claw']) await page.getByLabel(`Advanced settings of ${name}`).click();
      await page.getByLabel('Calls per minute').last().waitFor();
    },
  },
  { name: 'no Claws', screen: 'claws', isEmpty: true },
  { name: 'the connections', screen: 'connections' },
  {
    name: 'the email form with problems',
    screen: 'connections',
    act: async (page) => {
      await press(page, 'Add a connection');
      await press(page, /^Email account/);
      await press(page, 'Sign in and connect');
      await page.getByText('Enter the password.').waitFor();
    },
  },
  {
    name: 'what a Claw could do',
    screen: 'connections',
    act: async (page) => {
      await press(page, 'What could a Claw do here? Work mail');
      await page.getByRole('group').first().waitFor();
    },
  },
  {
    name: 'the advanced settings of connections',
    screen: 'connections',
    act: async (page) => {
      for (const name of ['Work mail', 'Ledger']) await page.getByLabel(`Advanced settings of ${name}`).click();
      await page.getByLabel('How long one call may take').last().waitFor();
    },
  },
  {
    name: 'sign-ins in the browser',
    screen: 'connections',
    act: async (page) => {
      await page.evaluate((connections) => window.fixture.push({ connections }), signInSnapshot(Date.now()).connections);
      await press(page, 'Enter client ID for Travel desk…');
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'what a program wrote',
    screen: 'connections',
    act: async (page) => {
      await menu(page, 'More for Team files', 'Show what it wrote');
      await page.getByRole('group', { name: 'Messages' }).waitFor();
    },
  },
  {
    name: 'what a program can reach',
    screen: 'connections',
    act: async (page) => {
      await menu(page, 'More for Team files', 'What it can reach…');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'no connections', screen: 'connections', isEmpty: true },
  {
    name: 'the rules, all unfolded',
    screen: 'rules',
    act: async (page) => {
      await press(page, /^Built-in rules/);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.locator('.cs-try-row').first().click();
      await page.getByText('Now you would be asked first.').waitFor();
    },
  },
  { name: 'the rules of a new person', screen: 'rules', isEmpty: true },
];

describe('axe finds nothing serious, and the policy refuses nothing, in light and in dark', () => {
  test.each(places)('$name', async ({ screen, isEmpty = false, act }) => {
    const page = await visit(browser, { screen, snapshot: isEmpty ? emptySnapshot(now) : busySnapshot(now), now, answers: isEmpty ? {} : { searchActivity: { entries: aDozen, next: null } } });
    try {
      await act?.(page);
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
