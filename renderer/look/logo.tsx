import type { ReactNode } from 'react';

/** Two ticks, one over the other: the second signature. Decorative. */
export function Logo({ size = 26 }: { readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 26 26" aria-hidden focusable="false">
      <rect width="26" height="26" rx="7" fill="#0b6e5f" />
      <path d="M6 14.5l4 4 6-9" fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
      <path d="M13.5 17l1.6 1.6 6-9" fill="none" stroke="#9fe0d3" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
