#!/usr/bin/env node
import type { AppStatus } from '../broker/shim-protocol.ts';
import { assertNever } from '../model/assert-never.ts';
import { brokerPlace, socketPlace, stateDirectory } from '../paths.ts';
import { askApp } from './app-connection.ts';
import { help, parseCommand, type Command } from './arguments.ts';

/** Exit codes: 0 done, 1 the app is not running or said no, 2 the command was wrong. */
type ExitCode = 0 | 1 | 2;

const complain = (text: string): void => void process.stderr.write(`${text}\n`);

async function run(command: Command): Promise<ExitCode> {
  switch (command.kind) {
    case 'help':
      process.stdout.write(`${help}\n`);
      return 0;
    case 'wrong':
      complain(command.text);
      return 2;
    case 'status':
      return await showStatus(command.isJson);
    case 'token':
    case 'connect':
      return await actAs(command.kind, command.agent, command.name);
    default:
      return assertNever(command);
  }
}

/** An installed app is this command itself, without a script's path before the words. */
const isPackaged = import.meta.dirname.includes('app.asar');

/** `COUNTERSIGN_HOME` counts in a development run alone, for the command as for the app. A run in a sandbox has a way of its own. */
function place() {
  return brokerPlace(process.env) ?? socketPlace(stateDirectory(process.env, process.platform, isPackaged));
}

async function actAs(purpose: 'token' | 'connect', agent: string, name: string): Promise<ExitCode> {
  const answer = await askApp(place(), { purpose, agent, name }, complain);
  if (!answer.ok) {
    complain(answer.text);
    return 1;
  }
  if (answer.reply.kind === 'token') process.stdout.write(`${answer.reply.token}\n`);
  if (answer.reply.kind !== 'ready') return 0;
  return await passThrough(answer.socket);
}

/** Carries MCP's lines both ways until either side ends. */
function passThrough(socket: NodeJS.ReadWriteStream): Promise<ExitCode> {
  return new Promise((resolve) => {
    let isInputOver = false;
    process.stdin.once('end', () => (isInputOver = true));
    process.stdin.pipe(socket);
    socket.pipe(process.stdout, { end: false });
    // The client closed its end: nothing more can be told to it.
    process.stdout.on('error', () => resolve(0));
    socket.once('close', () => {
      if (!isInputOver) complain('Countersign closed the connection: it was quit, or this Claw was paused or forgotten.');
      resolve(isInputOver ? 0 : 1);
    });
  });
}

async function showStatus(isJson: boolean): Promise<ExitCode> {
  const answer = await askApp(place(), { purpose: 'status' }, complain);
  const status = answer.ok && answer.reply.kind === 'status' ? answer.reply.status : undefined;
  if (isJson) process.stdout.write(`${JSON.stringify(status === undefined ? { running: false } : { running: true, ...status })}\n`);
  else if (status !== undefined) process.stdout.write(statusText(status));
  else if (!answer.ok) complain(answer.text);
  return status === undefined ? 1 : 0;
}

function statusText(status: AppStatus): string {
  const waiting = status.waiting === 1 ? '1 question is waiting' : `${status.waiting} questions are waiting`;
  const agents = status.agents.map(({ id, name, isPaused }) => `  ${id}  ${name}${isPaused ? '  (paused)' : ''}`);
  return [
    `Countersign ${status.version} is running${status.isPaused ? ', and all Claws are paused' : ''}.`,
    `Agents connect to ${status.mcpUrl}`,
    `${waiting} for the person.${status.canAsk ? '' : ' There is no screen to ask on: what needs a person is refused.'}`,
    agents.length === 0 ? 'No Claw is connected yet.' : 'Claws:',
    ...agents,
    '',
  ].join('\n');
}

// The socket and standard input would keep the process alive; what was written reaches its reader first.
const code = await run(parseCommand(process.argv.slice(isPackaged ? 1 : 2)));
process.stdout.write('', () => process.exit(code));
