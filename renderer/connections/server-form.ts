import { newServerInput, type NewServerInput } from '../../preload/contract.ts';
import { accessInput, emptyAccessDraft, linesOf, type AccessDraft } from './access-form.ts';

export const signInWays = ['browser', 'header', 'query', 'certificate'] as const;
export type SignInWay = (typeof signInWays)[number];

export interface ServerFormDraft extends AccessDraft {
  readonly name: string;
  readonly command: string;
  /** One argument on each line. */
  readonly args: string;
  readonly url: string;
  readonly way: SignInWay;
  readonly header: string;
  readonly prefix: string;
  readonly parameter: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  /** A program gives the key instead. */
  readonly isFromProgram: boolean;
  readonly key: string;
  readonly keyCommand: string;
  /** One argument on each line. */
  readonly keyArgs: string;
}

export const emptyServerDraft: ServerFormDraft = { ...emptyAccessDraft, name: '', command: '', args: '', url: '', way: 'browser', header: 'Authorization', prefix: 'Bearer', parameter: '', certificateFile: '', keyFile: '', isFromProgram: false, key: '', keyCommand: '', keyArgs: '' };

export type ReadServerDraft = { readonly ok: true; readonly input: NewServerInput } | { readonly ok: false; readonly wrong: readonly string[] };

/** The contract's input, or the fields that do not fit it. */
export function readServerDraft(kind: NewServerInput['kind'], draft: ServerFormDraft): ReadServerDraft {
  const { name, command, args, url, way, isFromProgram } = draft;
  // Many certificates have no passphrase.
  const takesKey = way !== 'browser' && !isFromProgram && (way !== 'certificate' || draft.key !== '');
  const parsed = newServerInput.safeParse(
    kind === 'command'
      ? { kind, name, command: command.trim(), args: linesOf(args), access: accessInput(draft) }
      : { kind, name, url: url.trim(), ...readSignIn(draft), ...(takesKey && { key: way === 'certificate' ? draft.key : draft.key.trim() }) },
  );
  if (parsed.success) return { ok: true, input: parsed.data };
  return { ok: false, wrong: parsed.error.issues.map(({ path: [field, ...rest] }) => (field === 'signIn' || field === 'access' ? nameOf(field, rest) : String(field ?? ''))) };
}

/** Without a choice the service is asked how to sign in. */
function readSignIn({ way, header, prefix, parameter, certificateFile, keyFile, isFromProgram, keyCommand, keyArgs }: ServerFormDraft): { readonly signIn?: object } {
  const source = isFromProgram ? { secretCommand: { command: keyCommand.trim(), args: linesOf(keyArgs) } } : {};
  switch (way) {
    case 'browser':
      return {};
    case 'header':
      return { signIn: { kind: way, name: header.trim(), ...(prefix.trim() !== '' && { prefix: prefix.trim() }), ...source } };
    case 'query':
      return { signIn: { kind: way, name: parameter.trim(), ...source } };
    case 'certificate':
      return { signIn: { kind: way, certificateFile: certificateFile.trim(), ...(keyFile.trim() !== '' && { keyFile: keyFile.trim() }), ...source } };
  }
}

/** `signIn.secretCommand.args`, whichever of them it is. */
function nameOf(field: string, rest: readonly PropertyKey[]): string {
  return [field, ...rest.filter((step) => typeof step === 'string')].join('.');
}
