import type { Card, Message, Row } from '../../../preload/contract.ts';
import { assertNever } from '../../model/assert-never.ts';

type Say = (message: Message) => string;

function rowLines(row: Row, say: Say): readonly string[] {
  const label = say(row.label);
  switch (row.kind) {
    case 'people':
      return [`${label}:`, ...row.people.map(({ address, name, marks }) => `  ${[name, `<${address}>`, ...marks.map((mark) => `(${say(mark.text)})`)].filter(Boolean).join(' ')}`)];
    case 'text':
      return [`${label}: ${row.text}`];
    case 'account':
      return [`${label}: ${row.address} (${row.connection})`];
    case 'files':
      return [`${label}:`, ...row.files.map(({ name, bytes, folder, marks }) => `  ${[name, ...(bytes === null ? [] : [`${bytes} bytes`]), folder, ...marks.map((mark) => say(mark.text))].join(' · ')}`)];
    case 'message':
      return [`${label}:`, ...row.text.split('\n').map((line) => `  | ${line}`), ...row.links.map(({ text, host }) => `  ${text} → ${host}`)];
    case 'list':
      return [`${label}:`, ...row.items.map(({ text, marks }) => `  ${[text, ...marks.map((mark) => `(${say(mark.text)})`)].join(' ')}`)];
    case 'money':
      return [`${label}: ${row.amount} ${row.currency}`];
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
export function cardText(card: Card, say: Say): string {
  return [
    say(card.headline),
    say(card.summary),
    ...card.unusual.map((mark) => `! ${say(mark.text)}`),
    ...card.rows.flatMap((row) => rowLines(row, say)),
    say(card.why),
    ...(card.confirm ? [`! ${say(card.confirm)}`] : []),
  ].join('\n');
}
