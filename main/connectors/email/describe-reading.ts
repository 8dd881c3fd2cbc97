import type { Message, Row } from '../../../preload/contract.ts';
import type { DescribeContext, Described } from '../../model/action.ts';
import { disarmLine } from '../../model/disarm.ts';
import { say } from '../../model/say.ts';
import type { EmailAccount } from './account.ts';
import type { Input } from './inputs.ts';

function reading(account: EmailAccount, context: DescribeContext, words: { readonly query?: string; readonly subject?: string }, texts: { headline: Message; summary: Message; did: Message; wanted: Message }, rows: readonly Row[]): Described {
  const from: Row = { kind: 'account', label: say('card.row.account'), address: disarmLine(account.address), connection: disarmLine(context.connectionName) };
  return {
    facts: { effect: 'read', isReversible: true, account: account.address, ...words },
    materials: [],
    card: { headline: texts.headline, summary: texts.summary, unusual: [], rows: [from, ...rows], risk: 'normal', confirm: null },
    sentence: { did: texts.did, wanted: texts.wanted, details: [] },
  };
}

/** "searched the inbox for “invoice”": what is looked for, in the words of the arguments. */
export function describeSearch(input: Input<'search_messages'>, account: EmailAccount, context: DescribeContext): Described {
  const { folder, limit: _limit, isUnread, ...words } = input;
  const sought = disarmLine(Object.values(words).join(', '));
  const place = folder === undefined || folder.toUpperCase() === 'INBOX' ? 'inbox' : 'folder';
  const what = sought === '' ? (isUnread === true ? 'unread' : 'all') : 'words';
  const values = { agent: disarmLine(context.agentName), place, folder: disarmLine(folder ?? 'INBOX'), what, query: sought, connection: disarmLine(context.connectionName) };
  const texts = {
    headline: say('card.email.search.headline'),
    summary: say('card.email.search.summary', values),
    did: say('activity.email.search.did', values),
    wanted: say('activity.email.search.wanted', values),
  };
  const rows: readonly Row[] = [
    ...(sought === '' ? [] : [{ kind: 'text' as const, label: say('card.row.lookingFor'), text: sought, isStrong: true }]),
    ...(folder === undefined ? [] : [{ kind: 'text' as const, label: say('card.row.folder'), text: disarmLine(folder), isStrong: false }]),
  ];
  return reading(account, context, { query: Object.values(words).join(', ') }, texts, rows);
}

/** `subject` is null when it could not be looked up. */
export function describeRead(subject: string | null, account: EmailAccount, context: DescribeContext): Described {
  const shown = subject === null || subject === '' ? null : disarmLine(subject);
  const values = { agent: disarmLine(context.agentName), connection: disarmLine(context.connectionName), known: shown === null ? 'no' : 'yes', subject: shown ?? '' };
  const texts = {
    headline: say('card.email.read.headline'),
    summary: say('card.email.read.summary', values),
    did: say('activity.email.read.did', values),
    wanted: say('activity.email.read.wanted', values),
  };
  const rows: readonly Row[] = shown === null ? [] : [{ kind: 'text', label: say('card.row.subject'), text: shown, isStrong: true }];
  return reading(account, context, subject === null ? {} : { subject }, texts, rows);
}
