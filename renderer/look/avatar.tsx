import type { ReactNode } from 'react';

const gradients = 7;

/** The same id always gets the same colours (FNV-1a over its characters). */
function gradientOf(id: string): number {
  let hash = 0x811c9dc5;
  for (const character of id) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash % gradients;
}

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

function firstLetter(name: string): string {
  for (const { segment } of letters.segment(name)) return segment.toLocaleUpperCase();
  return '?';
}

/** A Claw's letter on its own colours. Decorative: the name stands beside it. */
export function Avatar({ id, name, size = 'medium' }: { readonly id: string; readonly name: string; readonly size?: 'small' | 'medium' | 'large' }): ReactNode {
  const letter = firstLetter(name.trim());
  return (
    <span aria-hidden className={`cs-avatar cs-avatar-${size} cs-avatar-${gradientOf(id)}`}>
      {letter}
    </span>
  );
}
