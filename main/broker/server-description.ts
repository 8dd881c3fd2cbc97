import type { JsonObject } from '../model/json.ts';
import { waitToolName } from './tool-result.ts';

/** How this server names itself (MCP's `Implementation`). */
export function serverInfo(version: string): JsonObject {
  return { name: 'countersign', title: 'Countersign', version };
}

/** Everything a service may offer passes through, so all of it is declared: services open when they are first needed. */
export const serverCapabilities = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  completions: {},
  logging: {},
} as const satisfies JsonObject;

export const instructions =
  'These tools act for a person through Countersign. Some calls wait for the person to approve them. ' +
  `If an answer says "Waiting for approval", call ${waitToolName} with the action id it names instead of sending the request again. ` +
  'If an answer says that something was refused, it was not done: do not look for another way around.';
