import { expect, test } from 'vitest';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { openedApp } from '../app/opened-app.ts';

test('closing the window for an answered card does not close it under one that has only just appeared', async () => {
  await using app = await openedApp();
  const { card } = await app.askToSend('ana@northwind.example');
  let hidden = 0;
  let now = card.askedAt + 100;
  const { services } = app;
  const calls = approvalCalls({ ...services, shell: { ...services.shell, hideWindow: () => (hidden += 1) }, clock: { ...services.clock, now: () => now } });
  await calls.closeWindow(undefined);
  expect(hidden).toBe(0);
  now += 1000;
  await calls.closeWindow(undefined);
  expect(hidden).toBe(1);
});
