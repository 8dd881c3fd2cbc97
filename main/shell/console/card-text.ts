import type { Card, Row } from '../../../preload/contract.ts';
import { assertNever } from '../../model/assert-never.ts';
import type { ShellHost } from '../shell.ts';

type Speaker = Pick<ShellHost, 'text' | 'locale'>;

function rowLines(row: Row, speaker: Speaker): readonly string[] {
  const say = speaker.text;
  const label = say(row.label);
  switch (row.kind) {
    case 'people':
      return [`${label}:`, ...row.people.map(({ address, name, marks }) => `  ${[name, `<${address}>`, ...marks.map((mark) => `(${say(mark.text)})`)].filter(Boolean).join(' ')}`)];
    case 'text':
      return [`${label}: ${row.text}`];
    case 'account':
      return [`${label}: ${row.address} (${row.connection})`];
    case 'files':
      return [`${label}:`, ...row.files.map(({ name, bytes, folder, marks }) => `  ${[name, ...(bytes === null ? [] : [byteText(bytes, speaker.locale())]), folder, ...marks.map((mark) => say(mark.text))].join(' · ')}`)];
    case 'message':
      return [`${label}:`, ...row.text.split('\n').map((line) => `  | ${line}`), ...row.links.map(({ text, host }) => `  ${text} → ${host}`)];
    case 'list':
      return [`${label}:`, ...row.items.map(({ text, marks }) => `  ${[text, ...marks.map((mark) => `(${say(mark.text)})`)].join(' ')}`)];
    case 'money':
      return [`${label}: ${moneyText(row.amount, row.currency, speaker.locale())}`];
    case 'instant':
      return [`${label}: ${row.text}`];
    case 'sentences':
      return [`${label}:`, ...row.sentences.map((sentence) => `  ${say(sentence)}`)];
    case 'command':
      return [`${label}:`, ...row.segments.map(({ text }) => text).join('').split('\n').map((line) => `  | ${line}`)];
    case 'changes':
      return [
        `${label}:`,
        ...row.files.flatMap(({ path, change, bytes, marks, lines }) => [
          `  ${[say({ id: `cardView.change.${change}`, values: {} }), path, ...(bytes === null ? [] : [`${bytes} bytes`]), ...marks.map((mark) => `(${say(mark.text)})`)].join(' · ')}`,
          ...(lines ?? [null]).map((line) => `    ${line === null ? say({ id: 'cardView.change.notShown', values: {} }) : line.kind === 'skipped' ? '…' : `${{ same: ' ', added: '+', removed: '-' }[line.kind]} ${line.text}`}`),
        ]),
      ];
    case 'arguments':
      return [`${label}:`, ...row.json.split('\n').map((line) => `  | ${line}`)];
    default:
      return assertNever(row);
  }
}

/** The whole card as plain text, nothing left out. Its texts are disarmed already. */
export function cardText(card: Card, speaker: Speaker): string {
  const say = speaker.text;
  return [
    say(card.headline),
    say(card.summary),
    ...card.unusual.map((mark) => `! ${say(mark.text)}`),
    ...card.rows.flatMap((row) => rowLines(row, speaker)),
    say(card.why),
    ...(card.confirm ? [`! ${say(card.confirm)}`] : []),
  ].join('\n');
}

function byteText(bytes: number, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: 'byte', unitDisplay: 'long' }).format(bytes);
}

/** `amount` is digits with a point, and may be larger than a number holds exactly; ECMA-402 formats such text to the last digit. */
function moneyText(amount: string, currency: string, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(amount as `${number}`);
}
