import { newServerInput, type NewServerInput } from '../../preload/contract.ts';

export const signInWays = ['browser', 'header', 'query'] as const;
export type SignInWay = (typeof signInWays)[number];

export interface ServerFormDraft {
  readonly name: string;
  readonly command: string;
  /** One argument on each line. */
  readonly args: string;
  readonly url: string;
  readonly way: SignInWay;
  readonly header: string;
  readonly prefix: string;
  readonly parameter: string;
  readonly key: string;
}

export const emptyServerDraft: ServerFormDraft = { name: '', command: '', args: '', url: '', way: 'browser', header: 'Authorization', prefix: 'Bearer', parameter: '', key: '' };

export type ReadServerDraft = { readonly ok: true; readonly input: NewServerInput } | { readonly ok: false; readonly wrong: readonly string[] };

/** The contract's input, or the fields that do not fit it. Empty lines are no arguments; spaces inside a line are kept. */
export function readServerDraft(kind: NewServerInput['kind'], draft: ServerFormDraft): ReadServerDraft {
  const { name, command, args, url, way } = draft;
  const parsed = newServerInput.safeParse(
    kind === 'command'
      ? { kind, name, command: command.trim(), args: args.split(/\r?\n/).filter((line) => line.trim() !== '') }
      : { kind, name, url: url.trim(), ...readSignIn(draft), ...(way !== 'browser' && { key: draft.key.trim() }) },
  );
  if (parsed.success) return { ok: true, input: parsed.data };
  return { ok: false, wrong: parsed.error.issues.map(({ path: [field, ...rest] }) => (field === 'signIn' ? ['signIn', ...rest].join('.') : String(field ?? ''))) };
}

/** Without a choice the service is asked how to sign in. */
function readSignIn({ way, header, prefix, parameter }: ServerFormDraft): { readonly signIn?: object } {
  switch (way) {
    case 'browser':
      return {};
    case 'header':
      return { signIn: { kind: way, name: header.trim(), ...(prefix.trim() !== '' && { prefix: prefix.trim() }) } };
    case 'query':
      return { signIn: { kind: way, name: parameter.trim() } };
  }
}
