import type { ReactNode } from 'react';

const tokens = /⟦(U\+[0-9A-F]{4,6})⟧/u;

/** Text that main disarmed: each `⟦U+202E⟧` shows as a small tag; the rest is plain text. */
export function Disarmed({ text }: { readonly text: string }): ReactNode {
  if (!text.includes('⟦')) return text;
  return text.split(tokens).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      // The parts of one text never move among each other, so their place is their key.
      // oxlint-disable-next-line react/no-array-index-key
      <span className="cs-tag" key={index}>
        {part}
      </span>
    ),
  );
}
