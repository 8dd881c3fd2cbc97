import type { Message } from '../../preload/contract.ts';
import { disarmLine } from '../model/disarm.ts';
import { countOf, type Picture } from './picture.ts';
import type { Reading } from './read-fields.ts';

/** Characters of one value within a sentence; the whole stands in its row. */
const longest = 120;

/** What the phrases of a profile may use, disarmed: each field's first value, and how many it has. */
export function valuesOf({ profile, readings, facts, context }: Picture): Message['values'] {
  const values: Record<string, string | number> = {};
  for (const { name, as } of profile.fields) {
    const reading = readings.find(({ field }) => field.name === name);
    values[name] = reading === undefined ? (as === 'money' ? 0 : '') : firstOf(reading);
    values[`${name}Count`] = countOf(readings, name);
    if (as !== 'money') continue;
    values['currency'] = reading?.as === 'money' ? reading.money.currency : '';
    values['digits'] = reading?.as === 'money' ? reading.money.digits : 0;
  }
  return {
    ...values,
    agent: disarmLine(context.agentName),
    connection: disarmLine(context.connectionName),
    count: facts.itemCount ?? 0,
    people: facts.recipientCount ?? 0,
    outside: facts.outsideCount ?? 0,
    firstTime: facts.firstTimeCount ?? 0,
  };
}

function firstOf(reading: Reading): string | number {
  if ('values' in reading) return reading.as === 'json' ? '' : clip(String(reading.values[0] ?? ''));
  switch (reading.as) {
    case 'people':
      return clip(reading.people[0]?.address ?? '');
    case 'money':
      return Number(reading.money.amount);
    case 'instant':
      return clip(reading.moments[0]?.text ?? '');
    case 'url':
      return clip(reading.urls[0]?.host ?? '');
  }
}

/** Disarmed, on one line, and not so long that the sentence around it is lost. */
export function clip(text: string): string {
  const shown = disarmLine(text.slice(0, 4 * longest));
  if (shown.length <= longest && text.length <= 4 * longest) return shown;
  // Not within a surrogate pair, nor within a tag for a character that shows nothing.
  return `${shown.slice(0, longest).replace(/(?:⟦[U+0-9A-F]*|[\uD800-\uDBFF])$/, '')}…`;
}
