import { expect, test } from 'vitest';
import { agentId, agentInstructions } from '../../preload/contract.ts';
import { instructions } from '../../main/ipc/agent-calls.ts';

test('what a Claw is told starts the command of this very copy, fits the contract and holds no secret', () => {
  const launcher = { command: '/opt/node', args: ['/opt/countersign.js'] };
  const told = instructions(agentId.parse('marketing'), launcher);
  const args = ['/opt/countersign.js', 'connect', '--agent', 'marketing'];
  expect(agentInstructions.parse(told)).toEqual({ agent: 'marketing', command: '/opt/node', args, json: told.json });
  expect(JSON.parse(told.json)).toEqual({ mcpServers: { countersign: { command: '/opt/node', args } } });
});
