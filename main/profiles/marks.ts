import type { Mark, Message } from '../../preload/contract.ts';
import { disarmLine, isArmed } from '../model/disarm.ts';
import { linkMarks } from '../model/domain-marks.ts';
import { isDisguised, isProgram } from '../model/file-names.ts';
import { isJsonObject, type JsonValue } from '../model/json.ts';
import { findLinks } from '../model/links.ts';
import { manyRecipients } from '../model/recipients.ts';
import { say } from '../model/say.ts';
import type { Picture } from './picture.ts';
import { urlMarks } from './rows.ts';
import { clip } from './values.ts';

const mind = (text: Message): Mark => ({ text, tone: 'mind' });
const stop = (text: Message): Mark => ({ text, tone: 'stop' });
const mostNamed = 3;

/** The blast radius first, then what looks like a trick. */
export function marksOf(picture: Picture): readonly Mark[] {
  const { profile, facts, around, readings, args } = picture;
  const { recipients = [], recipientCount = 0, outsideCount = 0, firstTimeCount = 0, itemCount = 0, attachments = [], paths = [], firstTimeHosts = [], doubtfulDomains = [] } = facts;
  const doubtful = [...new Set(recipients.map(({ domain }) => domain))].filter((domain) => doubtfulDomains.includes(domain));
  const links = readings.flatMap((reading) => (reading.as === 'message' ? reading.values.flatMap((text) => findLinks(String(text))) : []));
  const urls = readings.flatMap((reading) => (reading.as === 'url' ? reading.urls : []));
  const isFinal = !facts.isReversible && (profile.effect === 'delete' || profile.effect === 'pay');
  return [
    ...(isFinal ? [stop(say('mark.cannotBeUndone'))] : []),
    ...(itemCount > 1 && profile.effect !== 'read' ? [mind(say('mark.itemCount', { count: itemCount }))] : []),
    ...(recipientCount >= manyRecipients ? [stop(say('mark.manyRecipients', { count: recipientCount }))] : []),
    ...(outsideCount > 0 ? [mind(say('mark.outsideCount', { count: outsideCount }))] : []),
    ...(firstTimeCount > 0 ? [mind(say('mark.firstTimeCount', { count: firstTimeCount }))] : []),
    ...(facts.isReplyToStranger === true ? [mind(say('mark.replyToStranger'))] : []),
    ...(facts.isFirstTimePayee === true && profile.effect === 'pay' ? [mind(say('mark.firstTimePayee', { payee: clip(facts.payee ?? '') }))] : []),
    ...firstTimeHosts.slice(0, mostNamed).map((host) => mind(say('mark.firstTimeHost', { host: clip(host) }))),
    ...doubtful.slice(0, mostNamed).map((domain) => stop(say('mark.doubtfulDomain', { domain: disarmLine(domain) }))),
    ...urls.filter(({ host, hasUser }) => urlMarks(host, hasUser, picture).length > 0).slice(0, mostNamed).map(({ host }) => stop(say('mark.doubtfulDomain', { domain: disarmLine(host) }))),
    ...attachments.filter(({ name }) => isDisguised(name)).slice(0, mostNamed).map(({ name }) => stop(say('mark.disguisedFile', { name: clip(name) }))),
    ...attachments.filter(({ name }) => !isDisguised(name) && isProgram(name)).slice(0, mostNamed).map(({ name }) => mind(say('mark.programFile', { name: clip(name) }))),
    ...(links.some((link) => linkMarks(link, around).length > 0) ? [stop(say('mark.misleadingLink'))] : links.length > 0 ? [mind(say('mark.links', { count: links.length }))] : []),
    ...(paths.some(goesUp) ? [mind(say('mark.pathGoesUp'))] : []),
    ...(holdsHidden(args) ? [stop(say('mark.hiddenCharacters'))] : []),
  ];
}

/** A path that leads out of the folder it seems to be in. */
function goesUp(path: string): boolean {
  return path.split(/[/\\]/).includes('..');
}

function holdsHidden(value: JsonValue): boolean {
  if (typeof value === 'string') return isArmed(value);
  if (typeof value !== 'object' || value === null) return false;
  if (isJsonObject(value)) return Object.entries(value).some(([key, item]) => isArmed(key) || holdsHidden(item));
  return value.some(holdsHidden);
}
