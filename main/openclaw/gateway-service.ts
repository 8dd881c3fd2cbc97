import type { JsonObject } from '../model/json.ts';
import type { Upstream } from '../model/upstream.ts';
import type { Taken } from './gateway-link.ts';
import { ownCommand, ownCommandProfile } from './own-command.ts';

/** OpenClaw's own commands as a service: doing one means to tell the gateway yes, once. */
export function gatewayService(allow: (asked: JsonObject) => Promise<Taken>): Upstream {
  return {
    listTools: () => Promise.resolve([]),
    profile: (name) => (name === ownCommand.name ? ownCommandProfile : undefined),
    async callTool({ arguments: args }) {
      switch (await allow(args)) {
        case 'taken':
          return { kind: 'result', result: { content: [{ type: 'text', text: 'OpenClaw was told to run it, this once.' }] } };
        case 'gone':
          return { kind: 'failed', text: 'OpenClaw no longer waits for an answer to it: it was answered elsewhere, or its time was over.' };
        case 'unsent':
          return { kind: 'failed', text: 'OpenClaw’s gateway was not told: it is not connected, or does not wait for an answer to this.' };
        case 'unknown':
          return { kind: 'unknown', text: 'OpenClaw’s gateway did not say whether it took the yes.' };
      }
    },
    close: () => Promise.resolve(),
  };
}
