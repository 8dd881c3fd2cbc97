import type { ActivityUnavailableReason } from './activity.ts';
import type { ChainPoint } from './event.ts';
import type { ActivityReader } from './reader.ts';
import type { WriterService } from './writer-service.ts';

/** What a worker is started as: one writes, one reads, so that a long search never keeps an append waiting. */
export type WorkerRole = { readonly role: 'writer'; readonly file: string; readonly anchor: ChainPoint | null } | { readonly role: 'reader'; readonly file: string };

/** Both also take `close`. */
export type WriterCalls = Pick<WriterService, 'append' | 'file'>;
export type ReaderCalls = Pick<
  ActivityReader,
  'search' | 'read' | 'intent' | 'countDays' | 'contactsSince' | 'askedSince' | 'countQuestions' | 'answeredQuestions' | 'lastUsed' | 'lastSeen' | 'actionsWithoutEnd' | 'exportPage' | 'verify'
>;

/** Calls take at most one value; it and the answer are copied between the threads. */
export interface WorkerRequest {
  readonly id: number;
  readonly call: string;
  readonly input: unknown;
}

export type WorkerMessage =
  | { readonly kind: 'ready'; readonly head: ChainPoint; readonly isAnchored: boolean }
  | { readonly kind: 'refused'; readonly reason: ActivityUnavailableReason; readonly text: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly text: string };
