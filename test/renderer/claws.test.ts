import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Agent, Snapshot } from '../../preload/contract.ts';
import type { Answers } from './fixture/data.ts';
import { launchBrowser, violations } from './fixture/serve.ts';
import { busySnapshot, emptySnapshot, runningSnapshot } from './fixture/snapshot.ts';
import { callsOf, callWith, shows, visit } from './fixture/visit.ts';
import { ids, literal } from './fixture/words.ts';

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
  page = await visit(browser, { screen: 'claws', snapshot, now, answers });
}
const button = (name: string) => page.getByRole('button', { name, exact: true });
const claw = (name: string) => page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
async function more(name: string, item: string): Promise<void> {
  await button(`More for ${name}`).click();
  await page.getByRole('menuitem', { name: item }).click();
}

describe('a Claw', () => {
  test('is told in plain words: what it can use, how often it asked, when it was seen, who manages it', async () => {
    await open();
    const finance = claw('Finance Claw');
    await finance.getByText('Can use Work mail and Ledger.').waitFor();
    await finance.getByText('Asked 6 times this week').waitFor();
    await finance.getByText(/Last seen 1 hour ago/).waitFor();
    await finance.getByText('Managed by Acme IT').waitFor();
    await claw('Travel Claw').getByText('Can use nothing yet.').waitFor();
    expect(await shows(claw('Practice Claw').getByText('Has not connected yet'))).toBe(true);
  });

  test('is paused and resumed with one press', async () => {
    await open();
    await button('Pause Marketing Claw').click();
    await callWith(page, 'setAgentPaused', { id: 'marketing-claw', isPaused: true });
    await button('Resume Travel Claw').click();
    expect(await callWith(page, 'setAgentPaused', { id: 'travel-claw', isPaused: false })).toBeDefined();
  });

  test('says in its own card why it could not be paused', async () => {
    await open({ setAgentPaused: { ok: false, problem: literal('The change could not be saved. Nothing was changed.') } });
    await button('Pause Marketing Claw').click();
    expect(await shows(claw('Marketing Claw').getByRole('alert').getByText('The change could not be saved.'))).toBe(true);
  });
});

const field = () => page.getByRole('textbox', { name: 'New name for Marketing Claw' });

describe('renaming', () => {
  test('takes no empty name, none of another Claw in whatever case, and none too long', async () => {
    await open();
    await more('Marketing Claw', 'Rename');
    for (const [name, problem] of [
      ['  ', 'Give it a name.'],
      ['finance CLAW', 'Another Claw has this name. Choose one you can tell apart.'],
      ['a'.repeat(61), 'Use at most 60 characters.'],
    ] as const) {
      await field().fill(name);
      await field().press('Enter');
      await page.getByText(problem).waitFor();
      expect(await field().getAttribute('aria-invalid')).toBe('true');
    }
    expect(await callsOf(page, 'renameAgent')).toEqual([]);
  });

  test('saves with Enter, without spaces around the name, and gives the focus back', async () => {
    await open();
    await more('Marketing Claw', 'Rename');
    await field().fill(' Sales Claw ');
    await field().press('Enter');
    await field().waitFor({ state: 'detached' });
    expect(await callsOf(page, 'renameAgent')).toEqual([{ id: 'marketing-claw', name: 'Sales Claw' }]);
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'More for Marketing Claw');
  });

  test('starts with the keyboard in the field; Esc leaves the name as it was', async () => {
    await open();
    await more('Marketing Claw', 'Rename');
    await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement && document.activeElement.value === 'Marketing Claw');
    await page.keyboard.type('Other');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Marketing Claw' }).waitFor();
    expect(await callsOf(page, 'renameAgent')).toEqual([]);
  });

  test('keeps the typed name when main refuses it', async () => {
    await open({ renameAgent: { ok: false, problem: literal('This Claw is managed. Its name stays.') } });
    await more('Marketing Claw', 'Rename');
    await field().fill('Sales Claw');
    await field().press('Enter');
    await page.getByRole('alert').getByText('This Claw is managed.').waitFor();
    expect(await field().inputValue()).toBe('Sales Claw');
  });
});

const advanced = (name: string) => page.getByLabel(`Advanced settings of ${name}`);
const label = (name: string) => page.getByLabel(name, { exact: true });

describe('the advanced settings of a Claw', () => {
  test('are folded away until they are opened, by keyboard too', async () => {
    await open();
    expect(await label('Calls per minute').count()).toBe(0);
    await advanced('Marketing Claw').first().focus();
    await page.keyboard.press('Enter');
    expect(await label('Calls per minute').inputValue()).toBe('6000');
    await page.keyboard.press('Enter');
    await label('Calls per minute').waitFor({ state: 'detached' });
  });

  test('let it wait as long as Settings says, or a time of its own that starts from there', async () => {
    await open();
    await advanced('Marketing Claw').click();
    await page.getByText('Marketing Claw is told to ask again later, so your answer is not lost').waitFor();
    expect(await page.getByRole('radio', { name: 'As long as in Settings (50 seconds)' }).isChecked()).toBe(true);
    await page.getByRole('radio', { name: 'Its own time' }).click();
    await callWith(page, 'setAgentOptions', { id: 'marketing-claw', waitSeconds: 50 });
    await label('Seconds it may wait').fill('120');
    await label('Seconds it may wait').press('Enter');
    await callWith(page, 'setAgentOptions', { waitSeconds: 120 });
    await page.getByRole('radio', { name: /^As long as in Settings/ }).click();
    await label('Seconds it may wait').waitFor({ state: 'detached' });
    expect((await callsOf(page, 'setAgentOptions')).at(-1)).toEqual({ id: 'marketing-claw', waitSeconds: null });
  });

  test('take no number outside the limits, and say which fit; Esc takes it back', async () => {
    await open();
    await advanced('Marketing Claw').click();
    for (const wrong of ['59', '1000001', '', 'many', '-70', '1e4']) {
      await label('Calls per minute').fill(wrong);
      await label('Calls per minute').press('Enter');
      await page.getByText('Write a whole number from 60 to 1,000,000. It is not saved yet.').waitFor();
      expect(await label('Calls per minute').getAttribute('aria-invalid')).toBe('true');
    }
    expect(await callsOf(page, 'setAgentOptions')).toEqual([]);
    await label('Calls per minute').press('Escape');
    expect(await label('Calls per minute').inputValue()).toBe('6000');
    await label('Calls per minute').fill('90');
    await label('Calls per minute').blur();
    expect(await callWith(page, 'setAgentOptions', { id: 'marketing-claw', callsPerMinute: 90 })).toBeDefined();
  });

  test('show it a search instead of every tool, and say what that means', async () => {
    await open();
    await advanced('Marketing Claw').click();
    await page.getByText('It sees the whole list of what it can use.').waitFor();
    await page.getByRole('radio', { name: 'Search only' }).click();
    await page.getByText(/For Claws that get lost in long lists/).waitFor();
    expect(await callsOf(page, 'setAgentOptions')).toEqual([{ id: 'marketing-claw', toolMode: 'search' }]);
  });

  test('keep what was typed when main refuses it, and say why', async () => {
    await open({ setAgentOptions: { ok: false, problem: literal('The change could not be saved.') } });
    await advanced('Marketing Claw').click();
    await label('Calls per minute').fill('90');
    await label('Calls per minute').press('Enter');
    await claw('Marketing Claw').getByRole('alert').getByText('The change could not be saved.').waitFor();
    expect(await label('Calls per minute').inputValue()).toBe('90');
  });

  test('are locked where the organization fixed them, one by one, with by whom', async () => {
    await open();
    await advanced('Finance Claw').click();
    const group = page.getByRole('group', { name: 'Advanced settings of Finance Claw' });
    expect(await label('Seconds it may wait').isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Its own time' }).isDisabled()).toBe(true);
    expect(await label('Calls per minute').isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: 'Search only' }).isDisabled()).toBe(false);
    expect(await group.getByText('Managed by Acme IT').count()).toBe(2);
  });
});

const ownDialog = () => page.getByRole('dialog', { name: 'Commands that Marketing Claw runs itself' });
function answeredHere(state: NonNullable<Agent['ownCommands']>['state']): Snapshot {
  const { agents, ...rest } = busySnapshot(now);
  return { ...rest, agents: agents.map((agent) => (agent.id === 'marketing-claw' ? { ...agent, ownCommands: { gateway: 'ws://127.0.0.1:18789/', state } } : agent)) };
}

describe('the commands that its OpenClaw runs itself', () => {
  test('are answered here once the person says so; what OpenClaw’s own file holds never comes to the window', async () => {
    await open();
    await more('Marketing Claw', 'Answer OpenClaw’s own commands here…');
    await ownDialog().getByText('What OpenClaw is set to run without asking, it does not ask here either.').waitFor();
    await ownDialog().getByRole('button', { name: 'Answer here' }).click();
    await ownDialog().waitFor({ state: 'detached' });
    expect(await callsOf(page, 'answerOwnCommands')).toEqual([{ id: 'marketing-claw', gateway: null }]);
  });

  test('take an address and a token by hand, and keep both when the gateway cannot be', async () => {
    await open({ answerOwnCommands: { ok: false, problem: literal('This address cannot be used.') } });
    await more('Marketing Claw', 'Answer OpenClaw’s own commands here…');
    await ownDialog().getByRole('radio', { name: 'Enter address and token' }).check();
    await ownDialog().getByLabel('Address of its gateway').fill('http://elsewhere.example');
    await ownDialog().getByLabel('Token of its gateway').fill('secret');
    expect(await ownDialog().getByLabel('Token of its gateway').getAttribute('type')).toBe('password');
    await page.keyboard.press('Enter');
    await ownDialog().getByRole('alert').getByText('This address cannot be used.').waitFor();
    expect(await callsOf(page, 'answerOwnCommands')).toEqual([{ id: 'marketing-claw', gateway: { url: 'http://elsewhere.example', token: 'secret' } }]);
    expect(await ownDialog().getByLabel('Token of its gateway').inputValue()).toBe('secret');
  });

  test('say on the card how it stands, and stop being answered here on request', async () => {
    await open({}, answeredHere('unpaired'));
    await claw('Marketing Claw').getByText(/Approve the device “Countersign” in OpenClaw/).waitFor();
    await more('Marketing Claw', 'Answer OpenClaw’s own commands here…');
    await ownDialog().getByRole('button', { name: 'Stop answering' }).click();
    await ownDialog().waitFor({ state: 'detached' });
    expect(await callsOf(page, 'stopOwnCommands')).toHaveLength(1);
  });

  test('are no matter of the practice Claw', async () => {
    await open();
    await button('More for Practice Claw').click();
    await page.getByRole('menuitem', { name: 'How to connect' }).waitFor();
    expect(await page.getByRole('menuitem', { name: /OpenClaw/ }).count()).toBe(0);
  });
});

describe('a Claw that Countersign starts', () => {
  test('shows whether it runs and what it uses up, and is stopped and restarted', async () => {
    await open({}, runningSnapshot(now));
    const marketing = claw('Marketing Claw');
    await marketing.getByText('Running', { exact: true }).waitFor();
    await marketing.getByText('312 MB of memory').waitFor();
    await marketing.getByText('7% of a processor').waitFor();
    await button('Stop Marketing Claw').click();
    await callWith(page, 'stopClaw', { id: 'marketing-claw' });
    await button('Restart Marketing Claw').click();
    await callWith(page, 'restartClaw', { id: 'marketing-claw' });
    expect(await callsOf(page, 'startClaw')).toEqual([]);
  });

  test('says how it ended, and why it could not be started', async () => {
    await open({ startClaw: { ok: false, problem: { id: 'clawRun.problem.not_there', values: { folder: '~/Claws' } } } }, runningSnapshot(now, 'stopped'));
    await claw('Marketing Claw').getByText(/Ended with an error \(1\)/).waitFor();
    await button('Start Marketing Claw').click();
    expect(await shows(claw('Marketing Claw').getByText('There is no folder “~/Claws”. Make it first, or check the spelling.'))).toBe(true);
  });

  test('is set up in a form that keeps what was typed when it cannot be', async () => {
    await open({ setClawRun: { ok: false, problem: { id: 'clawRun.problem.program', values: { program: 'openclow' } } } });
    await more('Marketing Claw', 'Let Countersign start it…');
    await button('Save and start').click();
    await page.getByText('Enter the command that starts it.').waitFor();
    await page.getByLabel('Command').fill('openclow gateway');
    await page.getByLabel('Its own folder').fill('~/Claws/Marketing');
    await page.getByLabel('May also read').fill('~/Documents/Price lists\n\n ~/Documents/May ');
    await button('Save and start').click();
    await callWith(page, 'setClawRun', { id: 'marketing-claw', run: { command: 'openclow gateway', folder: '~/Claws/Marketing', readable: ['~/Documents/Price lists', '~/Documents/May'], writable: [], variables: '', startsWithApp: false } });
    await page.getByText(/“openclow” was not found/).waitFor();
    expect(await page.getByLabel('Command').inputValue()).toBe('openclow gateway');
  });

  test('shows what it wrote', async () => {
    await open({ getClawLog: { ok: true, value: { lines: ['gateway listening', '[refused] ~/.ssh'] } } }, runningSnapshot(now));
    await button('Show what Marketing Claw wrote').click();
    expect(await shows(page.getByText(/gateway listening/))).toBe(true);
  });
});

describe('forgetting', () => {
  test('says what happens first, and does nothing on Cancel', async () => {
    await open();
    await more('Marketing Claw', 'Forget');
    const dialog = page.getByRole('alertdialog', { name: 'Forget Marketing Claw?' });
    await dialog.getByText('What it did stays in Activity.').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await callsOf(page, 'forgetAgent')).toEqual([]);
  });

  test('happens on the second yes', async () => {
    await open();
    await more('Marketing Claw', 'Forget');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Forget' }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    expect(await callsOf(page, 'forgetAgent')).toEqual([{ id: 'marketing-claw' }]);
  });

  test('is not offered for a Claw that the organization manages, nor is anything else that main would refuse', async () => {
    await open();
    await button('More for Finance Claw').click();
    await page.getByRole('menuitem', { name: 'How to connect' }).waitFor();
    await page.getByRole('menuitem', { name: /OpenClaw/ }).waitFor();
    expect(await page.getByRole('menuitem').count()).toBe(3);
  });
});

describe('what a Claw may use', () => {
  test('can be narrowed to single connections', async () => {
    await open();
    await more('Marketing Claw', 'Choose connections');
    const dialog = page.getByRole('dialog', { name: 'What may Marketing Claw use?' });
    expect(await dialog.getByRole('radio', { name: 'Only these' }).isChecked()).toBe(true);
    await dialog.getByRole('checkbox', { name: /Work mail/ }).uncheck();
    await dialog.getByRole('checkbox', { name: /Ledger/ }).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await callsOf(page, 'setAgentConnections')).toEqual([{ id: 'marketing-claw', connections: ['ledger'] }]);
  });

  test('can be every connection, also later ones', async () => {
    await open();
    await more('Marketing Claw', 'Choose connections');
    await page.getByRole('radio', { name: 'Every connection, also ones you add later' }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    expect(await callWith(page, 'setAgentConnections', { id: 'marketing-claw', connections: null })).toBeDefined();
  });

  test('is told apart from ticking all there are today: only main knows which it is', async () => {
    const known = busySnapshot(now);
    const connections = known.connections.map(({ id, name }) => ({ id, name }));
    const agents = known.agents.map((agent, index) => ({ ...agent, connections, usesEveryConnection: index > 0 }));
    await open({}, { ...known, agents });
    await more('Marketing Claw', 'Choose connections');
    expect(await page.getByRole('radio', { name: 'Only these' }).isChecked()).toBe(true);
    await page.keyboard.press('Escape');
    await claw('Travel Claw').getByText(/^Can use every connection, also ones you add later: Work mail, /).waitFor();
    await more('Travel Claw', 'Choose connections');
    expect(await page.getByRole('radio', { name: /^Every connection/ }).isChecked()).toBe(true);
  });
});

describe('connecting', () => {
  test('a new Claw gets a name and then exactly what to copy', async () => {
    await open();
    await button('Add a Claw').click();
    const name = page.getByRole('textbox', { name: 'Name' });
    await name.press('Enter');
    await page.getByText('Give it a name.').waitFor();
    await name.fill('Sales Claw');
    await name.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Connect Sales Claw' });
    await dialog.getByText('/Applications/Countersign.app/Contents/Resources/countersign connect --agent my-claw').waitFor();
    await dialog.getByText('"mcpServers"').waitFor();
    expect(await callsOf(page, 'addAgent')).toEqual([{ name: 'Sales Claw' }]);
    await dialog.getByRole('button', { name: 'Copy' }).first().click();
    await dialog.getByRole('button', { name: 'Copied' }).waitFor();
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
  });

  test('gives the keyboard back to where it was, also to the menu’s button', async () => {
    await open();
    await button('Add a Claw').click();
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    const focused = page.locator(':focus');
    expect(await shows(focused.and(button('Add a Claw')))).toBe(true);
    await more('Marketing Claw', 'Choose connections');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    expect(await shows(focused.and(button('More for Marketing Claw')))).toBe(true);
  });

  test('a refusal keeps the name', async () => {
    await open({ addAgent: { ok: false, problem: literal('Your organization adds Claws.') } });
    await button('Add a Claw').click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Sales Claw');
    await button('Add').click();
    await page.getByRole('alert').getByText('Your organization adds Claws.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('Sales Claw');
  });

  test('a Claw that is there already shows how it connects', async () => {
    await open({ getAgentInstructions: { ok: true, value: { agent: ids.agent('marketing-claw'), command: '/opt/My App/countersign', args: ['connect', '--agent', 'marketing-claw'], json: '{ "mcpServers": {} }' } } });
    await more('Marketing Claw', 'How to connect');
    await page.getByRole('dialog').getByText('"/opt/My App/countersign" connect --agent marketing-claw').waitFor();
    expect(await callWith(page, 'getAgentInstructions', { id: 'marketing-claw' })).toBeDefined();
  });

  test('without any Claw the screen says what to do, and the practice Claw is one press away', async () => {
    await open({}, emptySnapshot(now));
    await page.getByRole('heading', { name: 'No Claw is connected yet' }).waitFor();
    await button('Use the practice Claw').click();
    await claw('Practice Claw').waitFor();
    expect(await callsOf(page, 'startPractice')).toHaveLength(1);
  });
});
