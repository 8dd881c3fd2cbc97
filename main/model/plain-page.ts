import { createHash } from 'node:crypto';

/** A page of ours in the person's own browser: a title and a sentence, ready to show. */
export interface PlainPage {
  /** The language of both (BCP 47). */
  readonly language: string;
  readonly title: string;
  readonly text: string;
  /** Shown large, to be compared with what somebody else shows. */
  readonly number?: number;
  /** Where the browser asks next by itself, a path of the same origin. What is shown stays until it answers. */
  readonly next?: string;
}

const style = `
:root { color-scheme: light dark; --paper: #f6f5f1; --ink: #1d2321; --quiet: #5b6561; --line: #dcdad2; --sheet: #ffffff; --mark: #0b6e5f }
@media (prefers-color-scheme: dark) { :root { --paper: #171a19; --ink: #eceeec; --quiet: #a5afaa; --line: #343a37; --sheet: #1f2422; --mark: #4fc3ae } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 26rem; margin: 1.5rem; padding: 2rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px }
p { margin: 0 } h1 { margin: .75rem 0 .5rem; font-size: 1.25rem; line-height: 1.3 }
.app { color: var(--mark); font-weight: 600 } .text { color: var(--quiet) }
.number { margin: 1rem 0 0; font-size: 3.5rem; line-height: 1.1; font-weight: 600; letter-spacing: .08em; font-variant-numeric: tabular-nums }
`.trim();

/** No script, no picture, no request to anyone; nobody may frame it, and nobody is told where it was. */
export const plainPageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export function plainPageHtml({ language, title, text, number, next }: PlainPage): string {
  const refresh = next === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${escaped(next)}">`;
  const large = number === undefined ? '' : `<p class="number">${number}</p>`;
  return `<!doctype html>
<html lang="${escaped(language)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${refresh}<title>${escaped(title)}</title><style>${style}</style></head>
<body><main><p class="app">Countersign</p><h1>${escaped(title)}</h1><p class="text">${escaped(text)}</p>${large}</main></body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
