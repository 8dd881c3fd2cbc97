import type { ServerAccess } from '../../preload/contract.ts';

export interface AccessDraft {
  readonly access: ServerAccess['kind'];
  /** One folder, or one place, on each line. */
  readonly readable: string;
  readonly writable: string;
  readonly hosts: string;
}

export type AccessField = 'access.readable' | 'access.writable' | 'access.hosts';

export const emptyAccessDraft: AccessDraft = { access: 'sandbox', readable: '', writable: '', hosts: '' };

/** As the contract's schema reads it, which says what does not fit. */
export function accessInput({ access, readable, writable, hosts }: AccessDraft): unknown {
  return access === 'full' ? { kind: access } : { kind: access, readable: linesOf(readable), writable: linesOf(writable), hosts: linesOf(hosts) };
}

export function accessDraft(access: ServerAccess): AccessDraft {
  if (access.kind === 'full') return { ...emptyAccessDraft, access: 'full' };
  return { access: 'sandbox', readable: access.readable.join('\n'), writable: access.writable.join('\n'), hosts: access.hosts.join('\n') };
}

/** Empty lines are none; spaces inside a line are kept. */
export function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '');
}
