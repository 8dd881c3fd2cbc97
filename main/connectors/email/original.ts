import { simpleParser, type AddressObject, type ParsedMail } from 'mailparser';
import { parseAddress, type Address } from '../../model/address.ts';

/** What a reply, a list or a card needs of a message's headers. Everything in it was written by a stranger. */
export interface MessageHeaders {
  readonly from: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  readonly date: Date | null;
  readonly messageId: string | null;
  readonly references: readonly string[];
}

/** Addresses that can be written to; groups, and what is no address, are left out. */
function addressesOf(header: AddressObject | AddressObject[] | undefined): readonly Address[] {
  const values = header === undefined ? [] : [header].flat().flatMap((list) => list.value.flatMap((entry) => entry.group ?? [entry]));
  return values.flatMap(({ name, address }) => {
    const parsed = parseAddress(address ?? '');
    // A name that looks like an address, or hides line breaks, would be refused from an agent; here it is dropped.
    const named = parseAddress(`${JSON.stringify(name)} <${address ?? ''}>`);
    return named.ok ? [named.value] : parsed.ok ? [parsed.value] : [];
  });
}

const messageIdShape = /^<[^<>\s]{1,900}>$/;

export function headersOf(mail: ParsedMail): MessageHeaders {
  const references = [mail.references ?? []].flat().filter((id) => messageIdShape.test(id));
  return {
    from: addressesOf(mail.from),
    replyTo: addressesOf(mail.replyTo),
    to: addressesOf(mail.to),
    cc: addressesOf(mail.cc),
    subject: (mail.subject ?? '').replaceAll(/\p{Cc}+/gu, ' ').trim(),
    date: mail.date ?? null,
    messageId: mail.messageId !== undefined && messageIdShape.test(mail.messageId) ? mail.messageId : null,
    references,
  };
}

const parserOptions = { skipHtmlToText: false, skipTextToHtml: true, skipImageLinks: true, skipTextLinks: true, decodePunycode: false, maxHtmlLengthToParse: 2_000_000 };

/** Parses a raw message. HTML becomes text; nothing in it is loaded or run. */
export async function parseMail(raw: Buffer): Promise<ParsedMail> {
  return simpleParser(raw, parserOptions);
}

export async function parseHeaders(raw: Buffer): Promise<MessageHeaders> {
  return headersOf(await parseMail(raw));
}
