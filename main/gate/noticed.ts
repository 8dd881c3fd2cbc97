import type { Mark } from '../../preload/contract.ts';
import { accountKinds, findAccountNumbers, type AccountKind } from '../model/account-number.ts';
import type { CardBody, Described, Facts } from '../model/action.ts';
import { disarmLine } from '../model/disarm.ts';
import { findEmbeddedFiles, type EmbeddedFile } from '../model/embedded-files.ts';
import { fileType, isProgram } from '../model/file-names.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../model/json.ts';
import { say } from '../model/say.ts';
import { isOutOfHours, type WorkHours } from '../model/work-hours.ts';

const deepest = 100;
const mostNamed = 3;
/** Of a file's name within a sentence. */
const longestName = 120;
/** What may be regretted the next morning. */
const weighty: ReadonlySet<string> = new Set(['send', 'pay', 'delete']);

/** A description with what can be seen of any action, whoever described it: files and account numbers in its arguments, and the hour. */
export function noticed(described: Described, args: JsonObject, at: number, hours: WorkHours): Described {
  const files = findEmbeddedFiles(args);
  const accounts = accountsIn(args);
  const isLate = isOutOfHours(at, hours);
  const { facts, materials, sentence } = described;
  const marks: readonly Mark[] = [...fileMarks(files), ...accounts.map((kind) => ({ text: say('mark.accountNumber', { kind }), tone: 'mind' as const }))];
  const quiet: readonly Mark[] = isLate && weighty.has(facts.effect) ? [{ text: say('mark.outOfHours'), tone: 'neutral' }] : [];
  const disguised = files.find(({ isDisguised }) => isDisguised);
  let made: CardBody | undefined;

  function makeCard(): CardBody {
    const { card } = described;
    const unusual = [...card.unusual, ...marks, ...quiet];
    if (disguised === undefined) return { ...card, unusual };
    return { ...card, unusual, risk: 'high', confirm: card.confirm ?? say('card.email.confirm.file', { name: nameOf(disguised) }) };
  }

  return {
    ...(described.grants === undefined ? {} : { grants: described.grants }),
    facts: { ...facts, ...filesFacts(facts, files), ...(accounts.length === 0 ? {} : { accountNumbers: accounts }), isOutOfHours: isLate },
    materials,
    sentence,
    get card() {
      if (marks.length + quiet.length === 0) return described.card;
      return (made ??= makeCard());
    },
  };
}

function filesFacts({ attachments = [], attachmentTypes = [], disguisedFiles = [] }: Facts, files: readonly EmbeddedFile[]): Partial<Facts> {
  if (files.length === 0) return {};
  const disguised = [...disguisedFiles, ...files.filter(({ isDisguised }) => isDisguised).map(({ name }) => name ?? '')];
  return {
    attachments: [...attachments, ...files.map(({ name, bytes }) => ({ name: name ?? '', bytes }))],
    attachmentTypes: [...new Set([...attachmentTypes, ...files.map(({ name }) => fileType(name ?? ''))])],
    ...(disguised.length === 0 ? {} : { disguisedFiles: [...new Set(disguised)] }),
  };
}

function fileMarks(files: readonly EmbeddedFile[]): readonly Mark[] {
  const disguised = files.filter(({ isDisguised }) => isDisguised);
  const others = files.filter((file) => !disguised.includes(file));
  return [
    ...disguised.slice(0, mostNamed).map((file) => ({ text: say(file.name === null ? 'mark.hiddenProgram' : 'mark.disguisedFile', { name: nameOf(file) }), tone: 'stop' as const })),
    ...others.slice(0, mostNamed).map((file) => ({ text: say(file.name === null ? 'mark.embeddedFile' : isProgram(file.name) ? 'mark.programFile' : 'mark.embeddedFileNamed', { name: nameOf(file), type: file.type ?? 'other' }), tone: 'mind' as const })),
    ...(files.length > mostNamed ? [{ text: say('mark.embeddedFiles', { count: files.length }), tone: 'mind' as const }] : []),
  ];
}

function nameOf({ name }: EmbeddedFile): string {
  return disarmLine((name ?? '').slice(0, longestName));
}

function accountsIn(args: JsonObject): readonly AccountKind[] {
  const found = new Set<AccountKind>();
  look(args, found, 0);
  return accountKinds.filter((kind) => found.has(kind));
}

function look(value: JsonValue, found: Set<AccountKind>, depth: number): void {
  if (depth > deepest || found.size === accountKinds.length) return;
  if (typeof value === 'string' || typeof value === 'number') for (const kind of findAccountNumbers(String(value))) found.add(kind);
  else if (isJsonObject(value)) for (const item of Object.values(value)) look(item, found, depth + 1);
  else if (Array.isArray(value)) for (const item of value) look(item, found, depth + 1);
}
