import type { Message } from '../../preload/contract.ts';
import type { DescribeContext, Facts } from '../model/action.ts';
import type { Neighbourhood } from '../model/domain-marks.ts';
import type { JsonObject } from '../model/json.ts';
import type { ToolProfile } from '../model/tool-profile.ts';
import type { Reading } from './read-fields.ts';

/** Everything that a card of a described tool is made of. */
export interface Picture {
  readonly profile: ToolProfile;
  readonly args: JsonObject;
  readonly readings: readonly Reading[];
  readonly facts: Facts;
  readonly context: DescribeContext;
  readonly around: Neighbourhood;
  readonly label: (reading: Reading) => Message;
}

/** How many values a field has in the arguments. */
export function countOf(readings: readonly Reading[], name: string): number {
  const reading = readings.find(({ field }) => field.name === name);
  if (reading === undefined) return 0;
  if (reading.as === 'json') return reading.values.reduce<number>((sum, value) => sum + (Array.isArray(value) ? value.length : 1), 0);
  if ('values' in reading) return reading.values.length;
  switch (reading.as) {
    case 'people':
      return reading.people.length;
    case 'money':
      return 1;
    case 'instant':
      return reading.moments.length;
    case 'url':
      return reading.urls.length;
  }
}
