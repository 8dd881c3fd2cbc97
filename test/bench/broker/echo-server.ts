/** `node echo-server.ts [--tools N]`: the echo service over stdio. */
import { parseArgs } from 'node:util';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createEcho } from './echo.ts';

const { values } = parseArgs({ options: { tools: { type: 'string', default: '1' } } });
serveStdio(() => createEcho(Number(values.tools)));
