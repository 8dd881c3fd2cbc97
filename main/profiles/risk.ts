import type { Message } from '../../preload/contract.ts';
import { disarmLine } from '../model/disarm.ts';
import { domainMark } from '../model/domain-marks.ts';
import { isDisguised } from '../model/file-names.ts';
import { manyRecipients } from '../model/recipients.ts';
import { say } from '../model/say.ts';
import { gravest, type Risk } from '../model/tool-profile.ts';
import type { Picture } from './picture.ts';
import type { Reading } from './read-fields.ts';
import { clip } from './values.ts';

/** The key fact to tick, where an action is a high risk: the profile's own, or the number, address or file that may be a trick. */
export function confirmOf(picture: Picture, own: () => Message): Message | null {
  const { profile, facts, around } = picture;
  if (gravest.has(profile.effect) || profile.highRisk.some((risk) => isMet(risk, picture))) return own();
  const count = facts.recipientCount ?? 0;
  if (count >= manyRecipients) return say('card.email.confirm.count', { count });
  const doubtful = facts.recipients?.find(({ domain }) => domainMark(domain, around) !== null);
  if (doubtful !== undefined) return say('card.email.confirm.address', { address: disarmLine(doubtful.address) });
  const disguised = facts.attachments?.find(({ name }) => isDisguised(name));
  return disguised === undefined ? null : say('card.email.confirm.file', { name: clip(disguised.name) });
}

function isMet(risk: Risk, { facts, readings }: Picture): boolean {
  switch (risk.when) {
    case 'always':
      return true;
    case 'outside':
      return (facts.outsideCount ?? 0) > 0;
    case 'firstTime':
      return (facts.firstTimeCount ?? 0) > 0;
    case 'people':
      return (facts.recipientCount ?? 0) > risk.over;
    case 'items':
      return (facts.itemCount ?? 0) > risk.over;
    case 'amount':
      return facts.amountMinor !== undefined && (facts.currency !== risk.currency || Math.abs(facts.amountMinor) > risk.over);
    case 'field':
      return readings.some((reading) => reading.field.name === risk.name && hasValue(reading, risk.is));
  }
}

function hasValue(reading: Reading, value: string | number | boolean): boolean {
  if ('values' in reading) return reading.as !== 'json' && reading.values.includes(value);
  switch (reading.as) {
    case 'people':
      return reading.people.some(({ address }) => address === value);
    case 'money':
      return reading.money.amount === String(value);
    case 'instant':
      return reading.moments.some(({ text }) => text === value);
    case 'url':
      return reading.urls.some(({ text }) => text === value);
  }
}
