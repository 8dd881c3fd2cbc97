import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { digest, type AgentId, type Card } from '../../preload/contract.ts';
import { disarmLine } from '../model/disarm.ts';
import { say } from '../model/say.ts';
import type { Question } from './approvals.ts';

/** Seconds a program that wants to become a Claw waits for the person. */
const answerWithinSeconds = 120;

/** The card for a program that is not yet one of the person's Claws. What it calls itself is shown, and said to be its own word. */
export function pairingQuestion(id: AgentId, proposedName: string): Question {
  const name = disarmLine(proposedName);
  const card: Card = {
    headline: say('pairing.headline', { name }),
    summary: say('pairing.summary', { name }),
    unusual: [{ text: say('pairing.mark.new'), tone: 'mind' }],
    rows: [
      { kind: 'text', label: say('pairing.row.program'), text: name, isStrong: true },
      { kind: 'text', label: say('pairing.row.identity'), text: id, isStrong: false },
    ],
    risk: 'normal',
    confirm: null,
    why: say('pairing.why'),
    holdSeconds: 0,
  };
  const text = canonicalize({ pairing: id, name: proposedName }) ?? '';
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
