import { emailAccountInput, type EmailAccountInput } from '../../preload/contract.ts';

/** The email form as typed: texts only, so that nothing a person wrote is lost on the way. */
export interface EmailDraft {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly password: string;
  readonly imap: ServerDraft;
  readonly smtp: ServerDraft;
}

export interface ServerDraft {
  readonly host: string;
  readonly port: string;
  readonly security: 'tls' | 'starttls';
}

/** Ports of RFC 8314: implicit TLS for both IMAP (993) and submission (465), and where STARTTLS is usual. */
const ports = { imap: { tls: '993', starttls: '143' }, smtp: { tls: '465', starttls: '587' } } as const;

export function emptyEmailDraft(name: string): EmailDraft {
  return {
    name,
    address: '',
    user: '',
    password: '',
    imap: { host: '', port: ports.imap.tls, security: 'tls' },
    smtp: { host: '', port: ports.smtp.tls, security: 'tls' },
  };
}

/** The domain of an address that is complete enough to guess from: it has a dot with text on both sides. */
function domainOf(address: string): string | null {
  const match = /^[^@\s]+@([^@\s]+\.[^@\s.]{2,})$/.exec(address.trim());
  return match?.[1]?.toLowerCase() ?? null;
}

/**
 * Takes over an address, and with it the servers and the user name that follow from it by convention. A field the person
 * changed away from the earlier guess is left alone.
 */
export function withAddress(draft: EmailDraft, address: string): EmailDraft {
  const before = domainOf(draft.address);
  const after = domainOf(address);
  const follow = (host: string, prefix: string): string =>
    host === '' || (before !== null && host === `${prefix}.${before}`) ? (after === null ? '' : `${prefix}.${after}`) : host;
  return {
    ...draft,
    address,
    user: draft.user === draft.address.trim() ? address.trim() : draft.user,
    imap: { ...draft.imap, host: follow(draft.imap.host, 'imap') },
    smtp: { ...draft.smtp, host: follow(draft.smtp.host, 'smtp') },
  };
}

/** Changes the kind of encryption, and the port with it where it still is the usual one of the earlier kind. */
export function withSecurity(server: ServerDraft, which: 'imap' | 'smtp', security: ServerDraft['security']): ServerDraft {
  return { ...server, security, port: server.port.trim() === ports[which][server.security] ? ports[which][security] : server.port };
}

function readServer({ host, port, security }: ServerDraft): object {
  return { host: host.trim(), port: port.trim() === '' ? null : Number(port), security };
}

/** The contract's input, or the paths ("imap.port") of the fields that do not fit it, in the order of the form. */
export function readEmailDraft(
  draft: EmailDraft,
): { readonly ok: true; readonly input: EmailAccountInput } | { readonly ok: false; readonly wrong: readonly string[] } {
  const parsed = emailAccountInput.safeParse({
    name: draft.name,
    address: draft.address.trim(),
    user: draft.user.trim(),
    password: draft.password,
    imap: readServer(draft.imap),
    smtp: readServer(draft.smtp),
  });
  if (parsed.success) return { ok: true, input: parsed.data };
  return { ok: false, wrong: parsed.error.issues.map(({ path }) => path.join('.')) };
}
