import type { Approval } from '../../preload/contract.ts';
import { Program } from '../tokens/program.ts';
import type { OpenedApp } from './opened-app.ts';

export function nextCard({ services }: OpenedApp): Promise<Approval> {
  return new Promise((found) => {
    const stop = services.approvals.onAsked((approval) => {
      stop();
      found(approval);
    });
  });
}

/** The page a browser gets, with the number on it, and where it waits. */
export async function openPage(program: Program, more: Record<string, string> = {}) {
  const page = await program.get(program.authorizePath(more));
  const number = /class="number">(\d\d)</.exec(page.text)?.[1];
  const next = /0;url=([^"]+)"/.exec(page.text)?.[1]?.replaceAll(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)));
  return { number: number === undefined ? undefined : Number(number), wait: () => program.get(next!) };
}

/** A card is not answered sooner than anyone can read it. */
export const read = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 650));

export function give({ services }: OpenedApp, { id, digest }: Approval, number?: number) {
  return services.approvals.give({ id, digest, answer: 'approve', isConfirmed: false, reason: null, number });
}

export async function newProgram(app: OpenedApp): Promise<Program> {
  const made = new Program(app.services.broker.mcpUrl);
  await made.register({ redirect_uris: ['http://127.0.0.1:3334/callback'], client_name: 'Robin' });
  return made;
}

/** Signs a new program in as the person would let it: the page, the card, the number, the code, the tokens. */
export async function letIn(app: OpenedApp, more: Record<string, string> = {}): Promise<{ readonly program: Program; readonly tokens: Record<string, unknown> }> {
  const program = await newProgram(app);
  return { program, tokens: await comeBack(app, program, more) };
}

/** The same for one that is registered. */
export async function comeBack(app: OpenedApp, program: Program, more: Record<string, string> = {}): Promise<Record<string, unknown>> {
  const asked = nextCard(app);
  const page = await openPage(program, more);
  const card = await asked;
  await read();
  const given = give(app, card, page.number);
  if (!given.ok) throw new Error(given.problem.id);
  const location = new URL((await page.wait()).headers.get('location') ?? '');
  const { body } = await program.redeem(location.searchParams.get('code') ?? '');
  return body;
}
