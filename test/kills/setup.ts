import { z } from 'zod';

/** What `app-process.ts` is to open. */
export interface KillSetup {
  readonly home: string;
  readonly smtpPort: number;
  readonly closedPort: number;
  readonly holdSeconds: number;
}

/** What it says once it is. */
export const ready = z.object({
  url: z.url(),
  agent: z.string(),
  tool: z.string(),
  /** Questions and holds that the process before left open. */
  open: z.number(),
});
export type Ready = z.infer<typeof ready>;

/** A subject with it is denied. */
export const deniedWord = 'forbidden-fruit';
/** In the subject of an email that the person changes before they approve it. */
export const changedWord = 'please-change';
/** What they change the subject of such an email to. */
export function changedSubject(subject: string): string {
  return `${subject} as-changed`;
}
