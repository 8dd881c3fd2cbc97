import { expect, test } from 'vitest';
import { approvalCalls } from '../../main/ipc/approval-calls.ts';
import { openedApp } from '../app/opened-app.ts';

test('closing the window for an answered card does not close it under one that has only just appeared', async () => {
  await using app = await openedApp();
  let hidden = 0;
  const { services } = app;
  const calls = approvalCalls({ ...services, shell: { ...services.shell, hideWindow: () => (hidden += 1) } });
  await app.askToSend('ana@northwind.example');
  await calls.closeWindow(undefined);
  expect(hidden).toBe(0);
  await expect.poll(async () => (await calls.closeWindow(undefined), hidden)).toBe(1);
});
