/**
 * The first usable way in what Chromium says of an address, in the form of a PAC script's answer ("PROXY host:8080; DIRECT"): its proxy, or
 * null for straight. SOCKS is not spoken here; a line that names nothing else leads straight.
 */
export function proxyOfAnswer(answer: string): URL | null {
  for (const entry of answer.split(';')) {
    const [, kind = '', place = ''] = /^\s*(\w+)(?:\s+(\S+))?\s*$/.exec(entry) ?? [];
    const scheme = { PROXY: 'http', HTTP: 'http', HTTPS: 'https' }[kind.toUpperCase()];
    if (kind.toUpperCase() === 'DIRECT') return null;
    if (scheme !== undefined && URL.canParse(`${scheme}://${place}`)) return new URL(`${scheme}://${place}`);
  }
  return null;
}
