import { ImapSyntaxError } from './imap-reader.ts';
import type { StoredMessage } from './mail-store.ts';

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** RFC 3501 `date-time`, in UTC. */
function imapDate(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, ' ');
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':');
  return `"${day}-${monthNames[date.getUTCMonth()] ?? ''}-${date.getUTCFullYear()} ${time} +0000"`;
}

function split(raw: Buffer): { readonly header: Buffer; readonly body: Buffer } {
  const end = raw.indexOf('\r\n\r\n');
  return end === -1 ? { header: raw, body: Buffer.alloc(0) } : { header: raw.subarray(0, end + 4), body: raw.subarray(end + 4) };
}

function headerFields(header: Buffer, names: readonly string[], isNot: boolean): Buffer {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  const fields = header.toString('latin1').replace(/\r\n\r\n$/, '\r\n').match(/^[^\s:]+:.*\r\n(?:[ \t].*\r\n)*/gm) ?? [];
  const kept = fields.filter((field) => wanted.has(field.slice(0, field.indexOf(':')).toLowerCase()) !== isNot);
  return Buffer.from(`${kept.join('')}\r\n`, 'latin1');
}

function section(raw: Buffer, name: string): Buffer {
  const { header, body } = split(raw);
  const fields = /^HEADER\.FIELDS(\.NOT)? \(([^)]*)\)$/i.exec(name);
  if (fields !== null) return headerFields(header, (fields[2] ?? '').replaceAll('"', '').split(' '), fields[1] !== undefined);
  switch (name.toUpperCase()) {
    case '':
      return raw;
    case 'HEADER':
      return header;
    case 'TEXT':
      return body;
    default:
      throw new ImapSyntaxError('Parts of messages are not kept here.');
  }
}

/** `BODY[…]<from.count>` with its bytes. Reading without PEEK marks the message as read where that is allowed. */
function body(item: RegExpExecArray, message: StoredMessage): Buffer {
  const [, , name = '', from, count] = item;
  const whole = section(message.raw, name);
  const start = Number(from ?? 0);
  const bytes = from === undefined ? whole : whole.subarray(start, count === undefined ? undefined : start + Number(count));
  const label = `BODY[${name}]${from === undefined ? '' : `<${from}>`} {${bytes.length}}\r\n`;
  return Buffer.concat([Buffer.from(label, 'latin1'), bytes]);
}

/** One `* n FETCH (…)` line. */
export function fetchLine(message: StoredMessage, sequence: number, items: readonly string[], isReadOnly: boolean): Buffer {
  const parts = items.map((item) => {
    const found = /^BODY(\.PEEK)?\[(.*)\](?:<(\d+)(?:\.(\d+))?>)?$/i.exec(item);
    if (found !== null) {
      if (found[1] === undefined && !isReadOnly) message.flags.add('\\Seen');
      return body(found, message);
    }
    switch (item.toUpperCase()) {
      case 'UID':
        return Buffer.from(`UID ${message.uid}`);
      case 'FLAGS':
        return Buffer.from(`FLAGS (${[...message.flags].join(' ')})`);
      case 'INTERNALDATE':
        return Buffer.from(`INTERNALDATE ${imapDate(message.receivedAt)}`);
      case 'RFC822.SIZE':
        return Buffer.from(`RFC822.SIZE ${message.raw.length}`);
      default:
        throw new ImapSyntaxError('This cannot be fetched here.');
    }
  });
  const joined = parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(' '), part]));
  return Buffer.concat([Buffer.from(`* ${sequence} FETCH (`), ...joined, Buffer.from(')\r\n')]);
}
