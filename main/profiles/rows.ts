import type { Mark, Row } from '../../preload/contract.ts';
import { disarm, disarmLine } from '../model/disarm.ts';
import { domainMark, linkMarks } from '../model/domain-marks.ts';
import { isDisguised, isProgram } from '../model/file-names.ts';
import type { JsonValue } from '../model/json.ts';
import { findLinks } from '../model/links.ts';
import { peopleRow } from '../model/recipients.ts';
import { say } from '../model/say.ts';
import type { Picture } from './picture.ts';
import type { Reading } from './read-fields.ts';

const mostLinksShown = 50;

/** Everything that the arguments hold, in the order of the profile; texts that belong to one item of a list stand together. */
export function rowsOf(picture: Picture): Row[] {
  const rows: Row[] = [];
  const blocks: { readonly place: number; readonly row: Row }[] = [];
  for (const reading of picture.readings) {
    if (reading.as === 'message') reading.values.forEach((text, place) => blocks.push({ place, row: messageRow(String(text), reading, picture) }));
    rows.push(...rowsFor(reading, picture));
  }
  return [...rows, ...blocks.toSorted((one, other) => one.place - other.place).map(({ row }) => row), connectionRow(picture)];
}

function connectionRow({ context }: Picture): Row {
  return { kind: 'text', label: say('card.row.connection'), text: disarmLine(context.connectionName), isStrong: false };
}

function rowsFor(reading: Reading, picture: Picture): readonly Row[] {
  const { facts, context, around } = picture;
  const label = picture.label(reading);
  const { isStrong } = reading.field;
  switch (reading.as) {
    case 'people': {
      const row = peopleRow(label, reading.people, facts.recipients ?? [], around);
      return row === null ? [] : [row];
    }
    case 'money':
      return [{ kind: 'money', label, amount: reading.money.amount, currency: reading.money.currency }];
    case 'instant':
      return reading.moments.map(({ text, at, precision }) => ({ kind: 'instant', label, at, precision, text: disarmLine(text) }));
    case 'url':
      return [{ kind: 'list', label, items: reading.urls.map(({ text, host, hasUser }) => ({ text: disarmLine(text), marks: [...urlMarks(host, hasUser, picture)] })) }];
    case 'file':
      return [{ kind: 'files', label, files: reading.values.map((value) => fileOf(String(value))) }];
    case 'json':
      return [{ kind: 'arguments', label, json: reading.values.map(written).join('\n') }];
    case 'account':
      return [{ kind: 'account', label, address: disarmLine(String(reading.values[0] ?? '')), connection: disarmLine(context.connectionName) }];
    case 'option':
      return reading.values.map((value) => (typeof value === 'boolean' ? { kind: 'sentences', label, sentences: [say(value ? 'card.value.yes' : 'card.value.no')] } : { kind: 'text', label, text: disarmLine(String(value)), isStrong }));
    // Below the facts, at full width.
    case 'message':
      return [];
    case 'subject':
    case 'payee':
    case 'query':
    case 'resource':
    case 'text':
    case 'path': {
      const [only, ...others] = reading.values;
      if (others.length === 0) return [{ kind: 'text', label, text: disarmLine(String(only ?? '')), isStrong }];
      return [{ kind: 'list', label, items: reading.values.map((value) => ({ text: disarmLine(String(value)), marks: [] })) }];
    }
  }
}

function messageRow(text: string, reading: Reading, picture: Picture): Row {
  const links = findLinks(text).slice(0, mostLinksShown);
  return {
    kind: 'message',
    label: picture.label(reading),
    text: disarm(text),
    links: links.map((link) => ({ text: disarmLine(link.text), host: disarmLine(link.host), marks: [...linkMarks(link, picture.around)] })),
  };
}

export function urlMarks(host: string, hasUser: boolean, { around }: Pick<Picture, 'around'>): readonly Mark[] {
  const doubt = domainMark(host, around);
  return [...(hasUser ? [{ text: say('mark.linkElsewhere'), tone: 'stop' as const }] : []), ...(doubt === null ? [] : [doubt])];
}

/** Its name apart from the folder: the name is what says what it is. */
function fileOf(path: string): Extract<Row, { kind: 'files' }>['files'][number] {
  const name = path.split(/[/\\]/).at(-1) ?? '';
  const folder = path.slice(0, path.length - name.length);
  return { name: disarmLine(name), folder: disarmLine(folder), bytes: null, marks: [...fileMarks(name)] };
}

export function fileMarks(name: string): readonly Mark[] {
  if (isDisguised(name)) return [{ text: say('mark.disguised'), tone: 'stop' }];
  return isProgram(name) ? [{ text: say('mark.program'), tone: 'mind' }] : [];
}

function written(value: JsonValue): string {
  return disarm(JSON.stringify(value, null, 2));
}
