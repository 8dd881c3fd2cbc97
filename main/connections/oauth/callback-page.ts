import { createHash } from 'node:crypto';

/** What the browser shows when it comes back: a title and a sentence, ready to show. */
export interface CallbackPage {
  readonly title: string;
  readonly text: string;
}

const style = `
:root { color-scheme: light dark; --paper: #f6f5f1; --ink: #1d2321; --quiet: #5b6561; --line: #dcdad2; --sheet: #ffffff; --mark: #0b6e5f }
@media (prefers-color-scheme: dark) { :root { --paper: #171a19; --ink: #eceeec; --quiet: #a5afaa; --line: #343a37; --sheet: #1f2422; --mark: #4fc3ae } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { max-width: 26rem; margin: 1.5rem; padding: 2rem; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px }
p { margin: 0 } h1 { margin: .75rem 0 .5rem; font-size: 1.25rem; line-height: 1.3 }
.app { color: var(--mark); font-weight: 600 } .text { color: var(--quiet) }
`.trim();

/** No script, no picture, no request of any kind; nobody may frame it, and nobody is told where it was. */
export const callbackHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  connection: 'close',
};

export function callbackHtml({ title, text }: CallbackPage): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head>
<body><main><p class="app">Countersign</p><h1>${escaped(title)}</h1><p class="text">${escaped(text)}</p></main></body></html>
`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
