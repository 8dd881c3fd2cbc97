import type { Message } from '../../preload/contract.ts';

/** A message of `renderer/locales/en.json` with its values. */
export function say(id: string, values: Message['values'] = {}): Message {
  return { id, values };
}
