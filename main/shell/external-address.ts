const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Characters; the command lines of some systems take no more. */
const longest = 8000;

/**
 * Whether an address may be handed to the system to be opened in the browser: https, or plain http on this machine, and
 * no name or password in it. Every other scheme would start some program of the system's choice.
 */
export function isForBrowser(url: URL): boolean {
  if (url.username !== '' || url.password !== '' || url.href.length > longest) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackHosts.has(url.hostname));
}
