/** Characters of a redirect address. */
const longestRedirect = 2000;

/**
 * Schemes that are nobody's private use (RFC 8252, section 7.1): what browsers and systems act on themselves. A program's
 * own scheme need not look like a reversed domain: most do not.
 */
const takenSchemes = new Set(
  'about blob chrome chrome-extension data edge feed file filesystem ftp ftps gopher help http imap intent irc jar javascript ldap ldaps livescript mailbox mailto mocha news nntp res search-ms sftp shell sip sips sms ssh tel telnet urn vbscript view-source wais ws wss'.split(' '),
);

/** An address that an answer may be sent to: loopback over http, https elsewhere, or a scheme of the program's own. Undefined for any other. */
export function readRedirect(text: string): URL | undefined {
  // The exact text is compared later, so nothing in it may be read in two ways.
  if (text.length > longestRedirect || !/^[\x21-\x7e]+$/.test(text) || text.includes('#') || text.includes('\\') || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.protocol === 'https:') return url;
  if (url.protocol === 'http:') return isLoopback(url) ? url : undefined;
  const scheme = url.protocol.slice(0, -1);
  return scheme.length > 1 && !takenSchemes.has(scheme) && !scheme.startsWith('ms-') ? url : undefined;
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === '127.0.0.1' || hostname === '[::1]' || hostname === 'localhost';
}

/** Compared letter by letter; on this machine the port is left open (RFC 8252, section 7.3). */
export function isRegistered(asked: string, registered: readonly string[]): boolean {
  const url = readRedirect(asked);
  if (url === undefined) return false;
  if (registered.includes(asked)) return true;
  if (url.protocol !== 'http:') return false;
  return registered.some((one) => {
    const own = readRedirect(one);
    return own !== undefined && own.protocol === 'http:' && own.hostname === url.hostname && own.pathname === url.pathname && own.search === url.search;
  });
}

/** Where the answer goes, in few words: this computer, a host, or a program's own scheme. */
export function placeOf(redirect: string): { readonly kind: 'computer' | 'host' | 'program'; readonly name: string } {
  const url = new URL(redirect);
  if (url.protocol === 'http:') return { kind: 'computer', name: url.host };
  return url.protocol === 'https:' ? { kind: 'host', name: url.host } : { kind: 'program', name: url.protocol.slice(0, -1) };
}

/** The address with these parameters added; its own stay as they are. */
export function withParameters(redirect: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${redirect}${redirect.includes('?') ? '&' : '?'}${new URLSearchParams(given).toString()}`;
}
