import { domainToASCII } from 'node:url';

export interface Link {
  /** What the reader sees. */
  readonly text: string;
  /** Where it really leads, in ASCII. */
  readonly host: string;
  /** The text names another host than the one it leads to. */
  readonly isMisleading: boolean;
}

const written = /\[(?<label>[^\]\n]{1,300})\]\((?<target>(?:https?|ftp):\/\/[^\s)]{1,2000})\)|(?<bare>(?:(?:https?|ftp):\/\/|www\.)[^\s<>"“”]{1,2000})/giu;
const mostLinks = 100;

function hostOf(address: string): string | null {
  const url = URL.parse(address.includes('://') ? address : `http://${address}`);
  return url === null || url.hostname === '' ? null : url.hostname;
}

/** Whether the text reads as a host other than the real one: in the label, or in front of an `@` in the address. */
function misleads(text: string, target: string, host: string): boolean {
  const url = URL.parse(target.includes('://') ? target : `http://${target}`);
  if (url !== null && (url.username !== '' || url.password !== '')) return true;
  if (text === target) return false;
  const named = /(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}/u.exec(text)?.[0];
  return named !== undefined && domainToASCII(named).replace(/^www\./, '') !== host.replace(/^www\./, '');
}

/** Everything in a plain text that a mail program would make clickable, with the host it really leads to. At most 100. */
export function findLinks(text: string): readonly Link[] {
  const links: Link[] = [];
  for (const match of text.matchAll(written)) {
    if (links.length === mostLinks) break;
    const target = match.groups?.['target'] ?? match.groups?.['bare']?.replace(/[.,;:!?)\]'’]+$/u, '') ?? '';
    const shown = match.groups?.['label'] ?? target;
    const host = hostOf(target);
    if (host !== null && !links.some((link) => link.text === shown && link.host === host)) links.push({ text: shown, host, isMisleading: misleads(shown, target, host) });
  }
  return links;
}
