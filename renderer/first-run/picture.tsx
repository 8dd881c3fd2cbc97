import type { ReactNode } from 'react';

/** A Claw hands a slip to the second signature; only a signed slip goes on to mail, calendar and data. Decorative. */
export function HowItWorksPicture(): ReactNode {
  return (
    <svg className="cs-picture" viewBox="0 0 520 200" aria-hidden focusable="false">
      <path className="cs-picture-path" d="M104 100h92M324 100h44M368 100c28 0 14-58 46-58M368 100h46M368 100c28 0 14 58 46 58" />
      <path className="cs-picture-arrow" d="M186 92l10 8-10 8" />
      <g>
        <rect className="cs-picture-claw" x="24" y="60" width="80" height="80" rx="22" />
        <path className="cs-picture-pincer" d="M64 76v14M64 90c-17 2-25 15-20 32l13-8M64 90c17 2 25 15 20 32l-13-8" />
      </g>
      <g>
        <rect className="cs-picture-sheet cs-picture-under" x="206" y="34" width="116" height="140" rx="14" transform="rotate(-4 264 104)" />
        <rect className="cs-picture-sheet" x="206" y="30" width="116" height="140" rx="14" />
        <path className="cs-picture-line" d="M226 56h44M226 72h76M226 88h62" />
        <rect className="cs-picture-seal" x="226" y="108" width="76" height="42" rx="12" />
        <path className="cs-picture-tick" d="M243 130l9 9 13-20" />
        <path className="cs-picture-tick cs-picture-tick-second" d="M261 136l3 3 13-20" />
      </g>
      <g className="cs-picture-place">
        <rect x="424" y="16" width="72" height="52" rx="14" />
        <rect x="424" y="74" width="72" height="52" rx="14" />
        <rect x="424" y="132" width="72" height="52" rx="14" />
      </g>
      <g className="cs-picture-sign">
        <path d="M446 33h28v19h-28zM446 34l14 10 14-10" />
        <path d="M446 91h28v20h-28zM446 97h28M453 87v6M467 87v6" />
        <path d="M446 148c0-6 28-6 28 0v20c0 6-28 6-28 0zM446 148c0 6 28 6 28 0M446 158c0 6 28 6 28 0" />
      </g>
    </svg>
  );
}
