/** The revision without sessions: every request stands alone. */
export const modernVersion = '2026-07-28';

/** Revisions with sessions, newest first; the newest is offered to a client that asks for another. */
export const sessionVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
