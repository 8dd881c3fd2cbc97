import { serverInput, type ServerInput } from '../../preload/contract.ts';

export interface ServerFormDraft {
  readonly name: string;
  readonly command: string;
  /** One argument on each line. */
  readonly args: string;
  readonly url: string;
}

export const emptyServerDraft: ServerFormDraft = { name: '', command: '', args: '', url: '' };

/** The contract's input, or the fields that do not fit it. Empty lines are no arguments; spaces inside a line are kept. */
export function readServerDraft(
  kind: ServerInput['kind'],
  draft: ServerFormDraft,
): { readonly ok: true; readonly input: ServerInput } | { readonly ok: false; readonly wrong: readonly string[] } {
  const parsed = serverInput.safeParse(
    kind === 'command'
      ? { kind, name: draft.name, command: draft.command.trim(), args: draft.args.split(/\r?\n/).filter((line) => line.trim() !== '') }
      : { kind, name: draft.name, url: draft.url.trim() },
  );
  if (parsed.success) return { ok: true, input: parsed.data };
  return { ok: false, wrong: parsed.error.issues.map(({ path }) => String(path[0] ?? '')) };
}
