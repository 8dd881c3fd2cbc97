import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { digest, type AgentId, type Card, type ConnectionId, type Message, type Row } from '../../preload/contract.ts';
import { disarmLine } from '../model/disarm.ts';
import { reachKey, type Reach } from '../model/reach.ts';
import { say } from '../model/say.ts';
import type { SignInRequest } from '../model/sign-in-request.ts';
import type { Question } from './question.ts';

/** Seconds a program that wants to become a Claw waits for the person. */
const answerWithinSeconds = 120;

/** The card for a program that is not yet one of the person's Claws. What it calls itself is shown, and said to be its own word. */
export function pairingQuestion(id: AgentId, proposedName: string): Question {
  const name = disarmLine(proposedName);
  const rows: Row[] = [nameRow(name), { kind: 'text', label: say('pairing.row.identity'), text: id, isStrong: false }];
  const card: Card = {
    headline: say('pairing.headline', { name }),
    summary: say('pairing.summary', { name }),
    unusual: [{ text: say('pairing.mark.new'), tone: 'mind' }],
    rows,
    risk: 'normal',
    confirm: null,
    why: say('pairing.why'),
    holdSeconds: 0,
  };
  return question(id, name, card, { pairing: id, name: proposedName });
}

/** The card for a program that signs in through the browser: what it would be allowed, where its answer goes, and the number to compare when it is new. */
export function signInQuestion(id: AgentId, proposedName: string, request: SignInRequest, nameOf: (connection: ConnectionId) => string): Question {
  const name = disarmLine(proposedName);
  const { redirect, publishedAt, reach, number } = request;
  const isNew = number !== null;
  const card: Card = {
    headline: say(isNew ? 'pairing.headline' : 'pairing.again.headline', { name }),
    summary: say(isNew ? 'pairing.summary' : 'pairing.again.summary', { name }),
    unusual: isNew ? [{ text: say('pairing.mark.new'), tone: 'mind' }] : [],
    rows: [
      nameRow(name),
      ...(publishedAt === null ? [] : [{ kind: 'text', label: say('pairing.row.publishedAt'), text: publishedAt, isStrong: false } as const]),
      { kind: 'sentences', label: say('pairing.row.may'), sentences: scopeSentences(reach, nameOf) },
      { kind: 'sentences', label: say('pairing.row.answerTo'), sentences: [say(`pairing.redirect.${redirect.kind}`, { name: disarmLine(redirect.name) })] },
    ],
    risk: 'normal',
    confirm: null,
    ...(isNew ? { asksNumber: true } : {}),
    why: say(isNew ? 'pairing.signIn.why' : 'pairing.again.why'),
    holdSeconds: 0,
  };
  const asked = { signIn: id, name: proposedName, redirect, publishedAt, reach: reachKey(reach) };
  return { ...question(id, name, card, asked), ...(isNew ? { number } : {}) };
}

function nameRow(name: string): Row {
  return { kind: 'text', label: say('pairing.row.program'), text: name, isStrong: true };
}

/** Each scope as a sentence; a connection that does not exist is shown by the name the program gave. */
function scopeSentences(reach: Reach, nameOf: (connection: ConnectionId) => string): Message[] {
  if (reach === null) return [say('pairing.scope.all')];
  return reach.map(({ connection, mayRead, mayAct }) => say(mayRead && mayAct ? 'pairing.scope.both' : mayRead ? 'pairing.scope.read' : 'pairing.scope.act', { connection: disarmLine(nameOf(connection)) }));
}

function question(id: AgentId, name: string, card: Card, asked: object): Question {
  const text = canonicalize(asked) ?? '';
  return {
    kind: 'pairing',
    agent: { id, name },
    action: null,
    connectionName: null,
    digest: digest.parse(createHash('sha256').update(text).digest('hex')),
    card,
    answerWithinSeconds,
  };
}
