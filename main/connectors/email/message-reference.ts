import { z } from 'zod';

/** Where one message lies. Within its folder and validity a UID never names another message (RFC 9051, 2.3.1.1). */
export interface MessageReference {
  readonly folder: string;
  readonly validity: string;
  readonly uid: number;
}

const folder = z.string().regex(/^\P{Cc}{1,500}$/u);
const parts = z.tuple([folder, z.string().regex(/^\d{1,20}$/), z.number().int().min(1).max(4_294_967_295)]);

/** The opaque id that agents see. */
export function writeReference({ folder, validity, uid }: MessageReference): string {
  return Buffer.from(JSON.stringify([folder, validity, uid])).toString('base64url');
}

/** Undefined when the id is none of ours. */
export function readReference(id: string): MessageReference | undefined {
  try {
    const parsed = parts.safeParse(JSON.parse(Buffer.from(id, 'base64url').toString('utf8')));
    if (!parsed.success) return undefined;
    const [folder, validity, uid] = parsed.data;
    return { folder, validity, uid };
  } catch {
    return undefined;
  }
}
