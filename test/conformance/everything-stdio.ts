/** `node everything-stdio.ts [--era modern|legacy]`: the everything server over stdio, in one era alone. */
import { parseArgs } from 'node:util';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import { createEverythingServer } from './everything-server.ts';

const { values } = parseArgs({ options: { era: { type: 'string', default: 'modern' } } });

if (values.era === 'legacy') await createEverythingServer('legacy').connect(new StdioServerTransport());
else serveStdio(() => createEverythingServer('modern'), { legacy: 'reject' });
