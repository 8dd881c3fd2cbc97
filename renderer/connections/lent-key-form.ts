import type { WorkbenchInput } from '../../preload/contract.ts';

/** Ways in which a key is sent. */
export const places = ['bearer', 'basic', 'header', 'query'] as const;

export interface LentKeyDraft {
  /** Of this form alone. */
  readonly id: number;
  readonly variable: string;
  readonly hosts: string;
  readonly place: (typeof places)[number];
  /** Of the header or the part of the address. */
  readonly name: string;
  readonly value: string;
}

export type LentKeyField = 'variable' | 'host' | 'parameter' | 'value';

/** As main takes it. */
export function readLentKey({ variable, hosts, place, name, value }: LentKeyDraft): WorkbenchInput['keys'][number] {
  return {
    variable: variable.trim(),
    hosts: hosts.toLowerCase().split(/[\s,]+/).filter((host) => host !== ''),
    place: place === 'header' || place === 'query' ? { kind: place, name: name.trim() } : { kind: place },
    value: value.trim(),
  };
}

export function emptyLentKey(others: readonly LentKeyDraft[]): LentKeyDraft {
  return { id: Math.max(0, ...others.map(({ id }) => id)) + 1, variable: '', hosts: '', place: 'bearer', name: '', value: '' };
}
