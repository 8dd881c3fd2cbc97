import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const config = z.object({
  gateway: z.object({
    port: z.number().int().min(1).max(65_535).optional(),
    tls: z.object({ enabled: z.boolean().optional() }).optional(),
    // A reference (`${NAME}`, or an object) leads to where only OpenClaw looks.
    auth: z.object({ mode: z.literal('token').optional(), token: z.string().regex(/^[^\s$]+$/) }),
  }),
});

/** Where OpenClaw's gateway listens by itself. */
const usualPort = 18_789;
const largestFile = 1_000_000;

/**
 * The gateway of this person's OpenClaw, as its configuration says (`~/.openclaw/openclaw.json`); null where there is none, or it says
 * it in a form that is not plain JSON or not a plain token.
 */
export async function findGateway(home: string): Promise<{ readonly url: string; readonly token: string } | null> {
  try {
    const text = await readFile(join(home, '.openclaw', 'openclaw.json'), 'utf8');
    if (text.length > largestFile) return null;
    const { gateway } = config.parse(JSON.parse(text));
    return { url: `${gateway.tls?.enabled === true ? 'wss' : 'ws'}://127.0.0.1:${gateway.port ?? usualPort}/`, token: gateway.auth.token };
  } catch {
    return null;
  }
}
