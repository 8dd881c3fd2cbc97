import type { Message, Result } from '../../preload/contract.ts';

export const done: Result<null> = { ok: true, value: null };

export function value<T>(given: T): Result<T> {
  return { ok: true, value: given };
}

export function problem(message: Message): { readonly ok: false; readonly problem: Message } {
  return { ok: false, problem: message };
}
