/**
 * Pictures of every screen over the fixture: `node test/renderer/screenshots.ts OUTDIR [--language=de] [filter…]`. The filters are
 * regular expressions that a picture's name must fit. Each picture is called `<what>-<light|dark|contrast>[-200|-long|-rtl].png`,
 * in another language than English with that before `.png`.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { languages, type Agent, type Language, type Screen, type Signers, type Snapshot } from '../../preload/contract.ts';
import { calendarStack, changedFiles, changesQuestion, editedQuestion, emailQuestion, hostileQuestion, lateQuestion, letterQuestion, pairingQuestion, paymentQuestion, secretQuestion, signInQuestion, twoPeopleQuestion, unknownToolQuestion } from './fixture/approvals.ts';
import { emailChanges } from './fixture/cards.ts';
import { fixtureData } from './fixture/data.ts';
import { withMessages, wordsIn } from './fixture/in-language.ts';
import { ownCommandQuestion } from './fixture/own-command.ts';
import { kinds, realQuestions } from './fixture/real-questions.ts';
import { launchBrowser, openWindow, violations, type OpenOptions } from './fixture/serve.ts';
import { busySnapshot, emptySnapshot, firstRunSnapshot, keysSnapshot, lockedSnapshot, onceGrant, quietSnapshot, runningSnapshot, sessionSnapshot, signInSnapshot, signers, suggestedToday, troubledSnapshot, watchingSnapshot } from './fixture/snapshot.ts';

interface Shot {
  readonly name: string;
  readonly page: OpenOptions['page'];
  readonly snapshot: (now: number) => Snapshot | Promise<Snapshot>;
  readonly act?: (page: Page) => Promise<void>;
}

const { values: options, positionals: [folder, ...filters] } = parseArgs({ allowPositionals: true, options: { language: { type: 'string', default: 'en' } } });
const language = readLanguage(options.language);

function readLanguage(name: string): Language {
  const known = languages.find((one) => one === name);
  if (known === undefined) throw new Error(`The languages are ${languages.join(', ')}.`);
  return known;
}

/** What stands on the screen for these English words: them, or the beginning of any text that they may be in the language of the pictures. */
function words(english: string): string | RegExp {
  const found = language === 'en' ? [] : wordsIn(language, english);
  return found.length === 0 ? english : new RegExp(`^(?:${found.map((text) => text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join('|')})`, 'u');
}

const goTo = (screen: Screen) => async (page: Page) => {
  await page.locator('.cs-nav').waitFor();
  await page.evaluate((screen) => window.fixture.navigate(screen), screen);
};
const only = (question: (now: number) => Snapshot['approvals'][number]) => (now: number) => ({ ...busySnapshot(now), approvals: [question(now)] });
const press = (name: string) => async (page: Page) => page.getByRole('button', { name: words(name) }).click();
const ownSnapshot = (state: NonNullable<Agent['ownCommands']>['state']) => (now: number): Snapshot => {
  const { agents, ...rest } = busySnapshot(now);
  return { ...rest, agents: agents.map((agent, index) => (index === 0 ? { ...agent, ownCommands: { gateway: 'ws://127.0.0.1:18789/', state } } : agent)) };
};
const openOwn = (source?: string) => async (page: Page) => {
  await goTo('claws')(page);
  await press('More for Marketing Claw')(page);
  await page.getByRole('menuitem', { name: words('Answer OpenClaw’s own commands here…') }).click();
  if (source !== undefined) await page.getByRole('radio', { name: words(source) }).check();
};
const unfold = (screen: Screen, names: readonly string[]) => async (page: Page) => {
  await goTo(screen)(page);
  for (const name of names) await page.getByLabel(words(`Advanced settings of ${name}`)).click();
};
const showLog = async (page: Page) => {
  await goTo('connections')(page);
  await press('More for Team files')(page);
  await page.getByRole('menuitem', { name: words('Show what it wrote') }).click();
  await page.getByRole('dialog').waitFor();
};
const addService = (way: string, source?: string) => async (page: Page) => {
  await goTo('connections')(page);
  await press('Add a connection')(page);
  await page.getByRole('button', { name: words('Service on the web') }).click();
  await page.getByLabel(words('How you sign in')).selectOption({ value: way });
  if (source !== undefined) await page.getByRole('radio', { name: words(source) }).check();
};
const showNetwork = async (page: Page) => {
  await goTo('settings')(page);
  await page.getByText(words('Your company’s certificates')).scrollIntoViewIfNeeded();
};
const enterKey = async (page: Page) => {
  await goTo('connections')(page);
  await press('Enter the key of Shipping…')(page);
  await page.getByRole('dialog').waitFor();
};
const openMember = async (page: Page) => {
  await page.locator('.cs-nav').waitFor();
  await page.locator('.cs-stack-line').nth(1).click();
};
const chooseSome = async (page: Page) => {
  await page.evaluate((options) => window.fixture.answerWith('startEdit', { ok: true, value: { fields: [{ at: '/files', kind: 'choice', label: { id: 'card.row.changes', values: {} }, options, value: options, hiddenCharacters: 0, longest: 500 }] } }), [...changedFiles]);
  await press('Edit…')(page);
  await page.getByRole('checkbox', { name: 'summary/chart.png' }).uncheck();
};
const addWorkbench = async (page: Page) => {
  await goTo('connections')(page);
  await press('Add a connection')(page);
  await page.getByRole('button', { name: /^Folder to run code in/ }).click();
  await page.getByLabel('Folder', { exact: true }).fill('~/Documents/May reports');
};
const addProgram = (access?: string) => async (page: Page) => {
  await goTo('connections')(page);
  await press('Add a connection')(page);
  await page.getByRole('button', { name: words('Program on this computer') }).click();
  if (access !== undefined) await page.getByRole('radio', { name: words(access) }).check();
};
const changeAccess = async (page: Page) => {
  await goTo('connections')(page);
  await press('More for Team files')(page);
  await page.getByRole('menuitem', { name: words('What it can reach…') }).click();
  await page.getByRole('dialog').waitFor();
};
const withFullAccess = (mayGiveFullAccess: boolean) => (now: number): Snapshot => {
  const { connections, status, ...rest } = busySnapshot(now);
  return { ...rest, status: { ...status, mayGiveFullAccess }, connections: connections.map((connection) => (connection.kind === 'command' ? { ...connection, access: { kind: 'full' as const }, health: { state: 'ready' as const, text: null }, ...(!mayGiveFullAccess && { health: { state: 'failing' as const, text: { id: 'server.problem.fullAccess', values: {} } } }) } : connection)) };
};
const lendKey = async (page: Page) => {
  await addWorkbench(page);
  await press('Lend a key')(page);
  await page.getByLabel('Name of the variable').fill('HUBSPOT_TOKEN');
  await page.getByLabel('Where it may be sent').fill('api.hubapi.com');
  await page.getByRole('button', { name: 'Do not lend it' }).scrollIntoViewIfNeeded();
};
const changeRun = async (page: Page) => {
  await goTo('claws')(page);
  await press('More for Marketing Claw')(page);
  await page.getByRole('menuitem', { name: 'Change how it starts…' }).click();
  await page.getByRole('dialog').waitFor();
};
const editToTheEnd = async (page: Page) => {
  await press('Edit…')(page);
  await page.locator('.cs-edit-text').scrollIntoViewIfNeeded();
  await page.locator('.cs-edit-body').evaluate((body) => body.scrollTo(0, body.scrollHeight));
};
const editWrongly = async (page: Page) => {
  await page.evaluate(() =>
    window.fixture.answerWith('editApproval', {
      ok: true,
      value: { kind: 'wrong', problems: [{ at: '/to', entry: 0, problem: { id: 'edit.problem.address', values: { text: 'ana@northwind' } } }, { at: null, problem: { id: 'edit.problem.refused', values: { text: 'the arguments are too many.' } } }] },
    }),
  );
  await press('Edit…')(page);
  await page.getByLabel(words('To, address 1')).fill('ana@northwind');
  await press('Review changes')(page);
};
const editMeanwhile = async (page: Page) => {
  await press('Edit…')(page);
  await page.locator('.cs-edit-text textarea').fill('Hi Ana,\n\nhere is our price list. Shall we speak on Thursday?\n\nDana');
  await page.evaluate(
    ({ changed, subject }) => {
      const { value } = window.fixture.answer('startEdit') as { readonly value: { readonly fields: readonly { readonly at: string }[] } };
      window.fixture.answerWith('startEdit', { ok: true, value: { fields: value.fields.map((field) => (field.at === '/subject' ? { ...field, value: subject } : field)) } });
      window.fixture.push({ approvals: [changed] });
    },
    { changed: editedQuestion(Date.now()), subject: 'Q3 price list (final)' },
  );
  await page.getByRole('status').filter({ hasText: /./ }).first().waitFor();
};
const showRefused = async (page: Page) => {
  await page.evaluate(
    (refusedEdits) => {
      const detail = window.fixture.answer('readActivity') as { readonly value: object };
      window.fixture.answerWith('readActivity', { ok: true, value: { ...detail.value, refusedEdits } });
    },
    [{ at: 0, changes: emailChanges.slice(0, 2), decision: { answer: 'deny', layer: 'organization', title: 'No price lists to retailers', reason: null } }],
  );
  await goTo('activity')(page);
  await page.locator('.cs-event').first().click();
  await page.getByRole('heading', { name: words('Changes that the rules did not allow') }).scrollIntoViewIfNeeded();
};
const showEdited = async (page: Page) => {
  await page.evaluate((edit) => {
    const detail = window.fixture.answer('readActivity') as { readonly value: object };
    window.fixture.answerWith('readActivity', { ok: true, value: { ...detail.value, edit } });
  }, { at: 0, by: 'you', digest: 'b'.repeat(64), changes: emailChanges });
  await goTo('activity')(page);
  await page.locator('.cs-event').first().click();
  await page.getByRole('heading', { name: words('What you changed') }).scrollIntoViewIfNeeded();
};
const noSigners: Signers = { ...signers, hasPasscode: false, approvers: [] };
const managedSigners: Signers = { ...signers, areManaged: true, approvers: signers.approvers.map((approver, index) => ({ ...approver, groups: index === 0 ? ['finance-managers'] : [], hasPasscode: index === 0 })) };
const showSigning = async (page: Page) => {
  await goTo('settings')(page);
  await page.getByText(words('Approvers'), { exact: true }).scrollIntoViewIfNeeded();
};
const typePasscode = async (page: Page) => {
  await page.getByRole('checkbox').check();
  await page.getByLabel(words('Your passcode, to show that it is you')).fill('correct horse');
};
const wrongPasscode = async (page: Page) => {
  await page.evaluate(() => window.fixture.answerWith('answerApproval', { ok: false, problem: { id: 'signing.problem.wrong', values: { what: 'passcode', left: 3 } } }));
  await typePasscode(page);
  await page.waitForTimeout(900);
  await press('Yes, do it once')(page);
};
const showWatch = async (page: Page) => {
  await goTo('rules')(page);
  await page.locator('section:has(.cs-watch-row) h2').evaluate((heading) => heading.scrollIntoView());
};
const openLate = async (page: Page) => page.locator('.cs-inbox-row').last().click();
const late = (given: boolean) => (now: number): Snapshot => {
  const grant = onceGrant(now);
  const busy = busySnapshot(now);
  return { ...busy, approvals: [...busy.approvals.filter(({ answer }) => answer === null).slice(0, 1), lateQuestion(now, given ? grant.id : null)], grants: given ? [grant, ...busy.grants] : busy.grants };
};
const others: readonly Screen[] = ['activity', 'claws', 'connections', 'rules', 'settings'];

const shots: readonly Shot[] = [
  { name: 'inbox', page: 'index.html', snapshot: busySnapshot },
  { name: 'inbox-high', page: 'index.html', snapshot: only(hostileQuestion) },
  { name: 'inbox-quiet', page: 'index.html', snapshot: quietSnapshot },
  { name: 'inbox-late', page: 'index.html', snapshot: late(false), act: openLate },
  { name: 'inbox-late-given', page: 'index.html', snapshot: late(true), act: openLate },
  { name: 'rules-late-given', page: 'index.html', snapshot: late(true), act: goTo('rules') },
  { name: 'inbox-suggestion', page: 'index.html', snapshot: (now) => ({ ...quietSnapshot(now), today: suggestedToday(now) }) },
  { name: 'inbox-suggestion-open', page: 'index.html', snapshot: (now) => ({ ...quietSnapshot(now), today: suggestedToday(now) }), act: press('Look at it') },
  { name: 'inbox-watching', page: 'index.html', snapshot: (now) => watchingSnapshot(now, ['work-mail', 'ledger']) },
  { name: 'connections-watching', page: 'index.html', snapshot: (now) => watchingSnapshot(now, ['work-mail']), act: goTo('connections') },
  { name: 'rules-watching', page: 'index.html', snapshot: (now) => watchingSnapshot(now, ['work-mail']), act: showWatch },
  { name: 'rules-watching-company', page: 'index.html', snapshot: (now) => watchingSnapshot(now, ['*'], true), act: showWatch },
  { name: 'inbox-empty', page: 'index.html', snapshot: emptySnapshot },
  { name: 'inbox-troubled', page: 'index.html', snapshot: troubledSnapshot },
  ...others.map((screen): Shot => ({ name: screen, page: 'index.html', snapshot: busySnapshot, act: goTo(screen) })),
  ...others.map((screen): Shot => ({ name: `${screen}-empty`, page: 'index.html', snapshot: emptySnapshot, act: goTo(screen) })),
  { name: 'claws-own', page: 'index.html', snapshot: ownSnapshot('connected'), act: goTo('claws') },
  { name: 'claws-own-unpaired', page: 'index.html', snapshot: ownSnapshot('unpaired'), act: goTo('claws') },
  { name: 'claws-own-dialog', page: 'index.html', snapshot: ownSnapshot('refused'), act: openOwn() },
  { name: 'claws-own-entered', page: 'index.html', snapshot: busySnapshot, act: openOwn('Enter address and token') },
  { name: 'claws-advanced', page: 'index.html', snapshot: busySnapshot, act: unfold('claws', ['Marketing Claw', 'Finance Claw']) },
  { name: 'claws-running', page: 'index.html', snapshot: runningSnapshot, act: goTo('claws') },
  { name: 'claws-stopped', page: 'index.html', snapshot: (now) => runningSnapshot(now, 'stopped'), act: goTo('claws') },
  { name: 'claws-run', page: 'index.html', snapshot: runningSnapshot, act: changeRun },
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
      await page.getByRole('button', { name: words('Email account') }).click();
      await page.getByText(words('Google'), { exact: true }).click();
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
  { name: 'approval-stack', page: 'approval.html', snapshot: (now) => ({ ...busySnapshot(now), approvals: [...calendarStack(now)] }) },
  { name: 'inbox-stack', page: 'index.html', snapshot: (now) => ({ ...busySnapshot(now), approvals: [...calendarStack(now), emailQuestion(now)] }), act: openMember },
  { name: 'approval-edit', page: 'approval.html', snapshot: only(emailQuestion), act: press('Edit…') },
  { name: 'approval-edit-end', page: 'approval.html', snapshot: only(emailQuestion), act: editToTheEnd },
  { name: 'approval-edit-wrong', page: 'approval.html', snapshot: only(emailQuestion), act: editWrongly },
  { name: 'approval-edit-meanwhile', page: 'approval.html', snapshot: only(emailQuestion), act: editMeanwhile },
  { name: 'approval-edited', page: 'approval.html', snapshot: only(editedQuestion) },
  { name: 'approval-edited-end', page: 'approval.html', snapshot: only(editedQuestion), act: async (page) => page.locator('.cs-why').scrollIntoViewIfNeeded() },
  { name: 'approval-edited-high', page: 'approval.html', snapshot: only((now) => ({ ...editedQuestion(now), card: { ...hostileQuestion(now).card } })) },
  { name: 'inbox-edit', page: 'index.html', snapshot: only(emailQuestion), act: press('Edit…') },
  { name: 'inbox-edited', page: 'index.html', snapshot: only(editedQuestion) },
  { name: 'activity-refused-edit', page: 'index.html', snapshot: busySnapshot, act: showRefused },
  { name: 'activity-edited', page: 'index.html', snapshot: busySnapshot, act: showEdited },
  { name: 'approval-many', page: 'approval.html', snapshot: busySnapshot },
  { name: 'approval-high', page: 'approval.html', snapshot: only(hostileQuestion) },
  { name: 'approval-passcode', page: 'approval.html', snapshot: only(paymentQuestion), act: typePasscode },
  { name: 'approval-passcode-wrong', page: 'approval.html', snapshot: only(paymentQuestion), act: wrongPasscode },
  { name: 'approval-passcode-none', page: 'approval.html', snapshot: (now) => ({ ...only(paymentQuestion)(now), signers: noSigners }) },
  { name: 'approval-passcode-set', page: 'approval.html', snapshot: (now) => ({ ...only(paymentQuestion)(now), signers: noSigners }), act: press('Set a passcode…') },
  { name: 'approval-touch-id', page: 'approval.html', snapshot: (now) => ({ ...only(paymentQuestion)(now), signers: { ...signers, hasTouchId: true } }) },
  { name: 'approval-two', page: 'approval.html', snapshot: only((now) => twoPeopleQuestion(now)) },
  { name: 'approval-two-second', page: 'approval.html', snapshot: only((now) => twoPeopleQuestion(now, true)), act: async (page) => page.getByLabel(words('Name')).selectOption({ label: 'Bo Berg' }).then(() => undefined) },
  { name: 'approval-two-nobody', page: 'approval.html', snapshot: (now) => ({ ...only((at) => twoPeopleQuestion(at))(now), signers: { ...signers, approvers: signers.approvers.slice(0, 1) } }) },
  { name: 'inbox-two-second', page: 'index.html', snapshot: (now) => ({ ...busySnapshot(now), approvals: [twoPeopleQuestion(now, true), emailQuestion(now)] }) },
  { name: 'settings-signing', page: 'index.html', snapshot: busySnapshot, act: showSigning },
  { name: 'settings-signing-managed', page: 'index.html', snapshot: (now) => ({ ...busySnapshot(now), signers: managedSigners }), act: showSigning },
  { name: 'settings-approver', page: 'index.html', snapshot: busySnapshot, act: async (page) => showSigning(page).then(() => press('Add an approver…')(page)) },
  { name: 'settings-passcode-reset', page: 'index.html', snapshot: busySnapshot, act: async (page) => showSigning(page).then(() => press('Forgotten?')(page)) },
  { name: 'rules-strict', page: 'index.html', snapshot: (now) => ({ ...busySnapshot(now), signers: noSigners }), act: async (page) => goTo('rules')(page).then(() => page.getByRole('radio', { name: words('Strict') }).click({ force: true })) },
  { name: 'approval-secret', page: 'approval.html', snapshot: only(secretQuestion) },
  { name: 'approval-own-command', page: 'approval.html', snapshot: only(ownCommandQuestion) },
  { name: 'approval-own-command-end', page: 'approval.html', snapshot: only(ownCommandQuestion), act: async (page) => page.locator('.cs-why').scrollIntoViewIfNeeded() },
  { name: 'approval-unknown', page: 'approval.html', snapshot: only(unknownToolQuestion) },
  { name: 'approval-changes', page: 'approval.html', snapshot: only(changesQuestion) },
  { name: 'approval-changes-few', page: 'approval.html', snapshot: only((now) => changesQuestion(now, 2)) },
  { name: 'approval-changes-some', page: 'approval.html', snapshot: only(changesQuestion), act: chooseSome },
  { name: 'inbox-changes', page: 'index.html', snapshot: only(changesQuestion), act: async (page) => page.locator('.cs-changed-file summary').first().click() },
  { name: 'connections-workbench', page: 'index.html', snapshot: busySnapshot, act: addWorkbench },
  { name: 'connections-add-command', page: 'index.html', snapshot: busySnapshot, act: addProgram() },
  { name: 'connections-add-command-full', page: 'index.html', snapshot: busySnapshot, act: addProgram('Full access to this computer') },
  { name: 'connections-access', page: 'index.html', snapshot: busySnapshot, act: changeAccess },
  { name: 'connections-access-forbidden', page: 'index.html', snapshot: withFullAccess(false), act: changeAccess },
  { name: 'connections-full', page: 'index.html', snapshot: withFullAccess(true), act: goTo('connections') },
  { name: 'connections-workbench-key', page: 'index.html', snapshot: busySnapshot, act: lendKey },
  { name: 'approval-pairing', page: 'approval.html', snapshot: only(pairingQuestion) },
  { name: 'approval-for', page: 'approval.html', snapshot: only(letterQuestion), act: press('Approve, and allow it for a while') },
  { name: 'approval-sign-in', page: 'approval.html', snapshot: only(signInQuestion), act: async (page) => page.getByRole('textbox').fill('4') },
  { name: 'approval-deny', page: 'approval.html', snapshot: only(emailQuestion), act: press('Say why…') },
  {
    name: 'approval-held',
    page: 'approval.html',
    snapshot: (now) => ({ ...troubledSnapshot(now), approvals: [emailQuestion(now)] }),
  },
  ...kinds.map((kind): Shot => ({ name: `kind-${kind}`, page: 'approval.html', snapshot: async (now) => ({ ...busySnapshot(now), approvals: [...(await realQuestions(kind, now))] }) })),
  { name: 'approval-empty', page: 'approval.html', snapshot: quietSnapshot },
];

interface Look {
  readonly suffix: string;
  readonly context: BrowserContextOptions;
  readonly options?: Pick<OpenOptions, 'texts' | 'locale'>;
  readonly isZoomed?: boolean;
}

const looks: readonly Look[] = [
  { suffix: 'light', context: { colorScheme: 'light' } },
  { suffix: 'dark', context: { colorScheme: 'dark' } },
  { suffix: 'contrast', context: { colorScheme: 'dark', forcedColors: 'active' } },
  { suffix: 'light-200', context: { colorScheme: 'light' }, isZoomed: true },
  { suffix: 'light-long', context: { colorScheme: 'light' }, options: { texts: 'long' } },
  { suffix: 'light-rtl', context: { colorScheme: 'light' }, options: { locale: { language, tag: language, direction: 'rtl' } } },
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
    data: language === 'en' ? fixtureData(await shot.snapshot(now), now) : withMessages(fixtureData(await shot.snapshot(now), now)),
    locale: { language, tag: language, direction: 'ltr' },
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

if (folder === undefined) throw new Error('Say where the pictures go: node test/renderer/screenshots.ts OUTDIR [--language=de] [filter…]');
await mkdir(folder, { recursive: true });
const browser = await launchBrowser();
try {
  for (const shot of shots) {
    for (const look of looks) {
      const name = `${shot.name}-${look.suffix}${language === 'en' ? '' : `-${language}`}.png`;
      if (filters.every((filter) => new RegExp(filter, 'u').test(name))) await take(browser, shot, look, join(folder, name));
    }
  }
} finally {
  await browser.close();
}
