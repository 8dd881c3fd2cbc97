import { expect, test } from 'vitest';
import { connectionCalls } from '../../main/ipc/connection-calls.ts';
import { agentCalls } from '../../main/ipc/agent-calls.ts';
import { managedSettings } from '../../main/managed/managed-settings.ts';
import { agentId, connectionId } from '../../preload/contract.ts';
import { claw, openedApp } from '../app/opened-app.ts';

const crm = { id: 'crm', kind: 'remote', name: 'CRM', url: 'https://crm.acme.example/mcp', callTimeoutSeconds: 20 };

test('a person sets how long calls may take; what the organization fixed stays, and says so', async () => {
  await using app = await openedApp();
  const { connections } = app.services;
  const calls = connectionCalls(app.services);
  const own = connections.list()[0]!.id;
  expect(await calls.setConnectionTimeout({ id: own, seconds: 5 })).toEqual({ ok: true, value: null });
  expect(connections.find(own)?.callTimeoutSeconds).toBe(5);
  app.deliver({ state: 'ok', settings: managedSettings.parse({ connections: [crm] }), remarks: [] });
  const id = connectionId.parse('crm');
  expect(connections.find(id)).toMatchObject({ callTimeoutSeconds: 20, config: { url: crm.url } });
  expect(await calls.setConnectionTimeout({ id, seconds: 600 })).toMatchObject({ ok: false, problem: { id: 'connection.problem.managedValue' } });
  expect(connections.find(id)?.callTimeoutSeconds).toBe(20);
  expect(await calls.setConnectionTimeout({ id: connectionId.parse('none'), seconds: 5 })).toMatchObject({ ok: false });
});

test('what a program wrote is read by its connection; one that is gone has none', async () => {
  await using app = await openedApp();
  const lines = ['no licence found'];
  const calls = connectionCalls({ ...app.services, upstreams: { ...app.services.upstreams, logOf: () => lines } });
  expect(await calls.getConnectionLog({ id: app.services.connections.list()[0]!.id })).toEqual({ ok: true, value: { lines } });
  expect(await calls.getConnectionLog({ id: connectionId.parse('none') })).toMatchObject({ ok: false, problem: { id: 'connection.problem.unknown' } });
});

test('a Claw’s options are set one by one; one that the organization fixed is refused', async () => {
  await using app = await openedApp();
  const calls = agentCalls(app.services);
  expect(await calls.setAgentOptions({ id: claw, waitSeconds: 20 })).toEqual({ ok: true, value: null });
  expect(await calls.setAgentOptions({ id: claw, toolMode: 'search' })).toEqual({ ok: true, value: null });
  expect(app.services.agents.get(claw)).toMatchObject({ waitSeconds: 20, toolMode: 'search', callsPerMinute: 6000 });
  app.deliver({ state: 'ok', settings: managedSettings.parse({ agents: [{ id: 'it-claw', name: 'IT Claw', callsPerMinute: 60 }] }), remarks: [] });
  const id = agentId.parse('it-claw');
  expect(await calls.setAgentOptions({ id, callsPerMinute: 6000 })).toMatchObject({ ok: false, problem: { id: 'agent.problem.managed' } });
  expect(app.services.agents.get(id)?.callsPerMinute).toBe(60);
});
