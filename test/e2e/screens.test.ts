import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settled } from '../renderer/fixture/visit.ts';
import { newHome, RunningApp } from './running-app.ts';

const screens = ['Inbox', 'Activity', 'Claws', 'Connections', 'Rules', 'Settings'] as const;

async function seriousProblems(page: Page): Promise<readonly string[]> {
  await settled(page);
  // The debugging connection cannot open the blank page that axe's newer mode wants.
  const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
  return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ').slice(0, 300)}`);
}

/** Notes every violation of the Content Security Policy from now on. */
function watchPolicy(page: Page): Promise<void> {
  return page.evaluate(() => {
    const seen: string[] = [];
    Reflect.set(window, '__violations', seen);
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => seen.push(`${violatedDirective} ${blockedURI}`));
  });
}

function violations(page: Page): Promise<unknown> {
  return page.evaluate(() => Reflect.get(window, '__violations'));
}

describe('a newcomer with the practice Claw', () => {
  let home: Awaited<ReturnType<typeof newHome>>;
  let app: RunningApp;
  let main: Page;

  beforeAll(async () => {
    home = await newHome();
    app = await RunningApp.start({ home: home.path });
    main = await app.page('index');
    await watchPolicy(main);
  });
  afterAll(async () => {
    await app.stop();
    await home.remove();
  });

  test('the first run leads to one real approval by clicks alone, and the reply is in Ana’s mailbox', async () => {
    await main.getByRole('button', { name: /next|start|continue|get started/i }).first().click();
    expect(await seriousProblems(main)).toEqual([]);
    await main.getByRole('button', { name: /practice claw/i }).first().click();
    const card = await app.card('ana@northwind.example');
    await watchPolicy(card);
    expect(await seriousProblems(card)).toEqual([]);
    await app.press('approve');
    const { held } = await app.until(() => app.snapshot(), (known) => known.held.length > 0);
    expect(held).toHaveLength(1);
    const { approvals } = await app.until(() => app.snapshot(), (known) => known.approvals[0]?.progress === 'done');
    expect(approvals[0]).toMatchObject({ answer: 'approved', agent: { name: 'Practice Claw' } });
    await app.call('finishFirstRun', undefined);
  });

  test.each(screens)('%s: nothing serious for axe in light, dark and high contrast, no policy violation', async (screen) => {
    await main.getByRole('navigation').getByText(screen, { exact: true }).click();
    await main.getByRole('heading', { level: 1, name: screen }).waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await main.emulateMedia({ colorScheme: scheme, forcedColors: 'none' });
      expect(await seriousProblems(main)).toEqual([]);
    }
    await main.emulateMedia({ forcedColors: 'active' });
    expect(await seriousProblems(main)).toEqual([]);
    await main.emulateMedia({ forcedColors: 'none', colorScheme: 'light' });
    expect(await violations(main)).toEqual([]);
  });
});
