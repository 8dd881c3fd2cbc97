import type { Message } from '../../preload/contract.ts';
import { disarmLine } from '../model/disarm.ts';
import { say } from '../model/say.ts';
import type { MissingPart, Readiness } from './readiness.ts';

/** What is missing for a sandbox, and what mends it, in the sentence `id`: with `parts`, `isMendable` (yes, no) and `mend`. */
export function missingProblem(id: string, { parts }: Readiness & { readonly state: 'missing' }): Message {
  const mends = parts.flatMap((part) => ('mend' in part ? [part.mend] : []));
  return say(id, { parts: parts.map(nameOf).join(', '), isMendable: mends.length > 0 ? 'yes' : 'no', mend: mends.join(' && ') });
}

function nameOf(part: MissingPart): string {
  if (part.part === 'old_bubblewrap') return `bubblewrap ${part.version}`;
  return part.part === 'other' ? disarmLine(part.text) : part.part.replaceAll('_', ' ');
}
