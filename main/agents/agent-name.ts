import { agentId, type AgentId } from '../../preload/contract.ts';
import { looksLike } from '../model/letter-twins.ts';

/** The longest name of an agent, in characters. */
const longestName = 60;
/** Control, format (bidi, zero-width), surrogate, private-use and line-separator characters: what can make a name lie. */
const deceptive = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u;

/** This app, and words that only a person's or a company's decision may be called by. */
const notANames = /countersign|\b(?:approved|verified|trusted|authori[sz]ed)\b/;

/**
 * A name a person may be shown, trimmed and NFC; undefined when it is empty, too long, holds deceptive characters, or reads as this
 * app or as somebody's approval.
 */
export function parseAgentName(name: string): string | undefined {
  const trimmed = name.trim().normalize('NFC');
  const isReadable = trimmed.length >= 1 && trimmed.length <= longestName && !deceptive.test(trimmed);
  return isReadable && !notANames.test(looksLike(trimmed)) ? trimmed : undefined;
}

/** An id made from a name, not yet taken: "Marketing Claw" is `marketing-claw`, the next one `marketing-claw-2`. */
export function agentIdFor(name: string, isTaken: (id: AgentId) => boolean): AgentId {
  const plain = name.normalize('NFKD').toLowerCase().replaceAll(/\p{M}/gu, '').replaceAll(/[^a-z0-9]+/g, '-');
  const base = plain.replaceAll(/^-+|-+$/g, '').slice(0, 48) || 'claw';
  for (let number = 1; ; number += 1) {
    const id = agentId.parse(number === 1 ? base : `${base}-${number}`);
    if (!isTaken(id)) return id;
  }
}
