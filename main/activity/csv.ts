const columns = [
  'time', 'claw', 'connection', 'tool', 'effect', 'recipients', 'subject', 'outcome', 'rule', 'asked', 'answer', 'answered by', 'reason', 'action', 'watched',
] as const;

/** A byte order mark, so that Excel reads UTF-8, and the column names. */
export function csvHeader(): string {
  return `\uFEFF${line(columns)}`;
}

/** One row of `actions` as a line (RFC 4180). */
export function csvLine(row: Record<string, unknown>): string {
  const text = (column: string): string => {
    const value = row[column];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
  const time = (column: string): string => (typeof row[column] === 'number' ? new Date(row[column]).toISOString() : '');
  // Written by `actionColumns`, from a decision and a list of addresses.
  const decision = JSON.parse(text('decision')) as { title: string; wouldAsk?: true };
  const recipients = JSON.parse(text('recipients')) as string[];
  return line([
    time('at'), text('agent_name'), text('connection_name'), text('tool'), text('effect'), recipients.join(' '), text('subject'), text('progress'),
    decision.title, time('asked_at'), text('answer'), text('answered_by'), text('answer_reason'), text('action'), decision.wouldAsk === true ? 'yes' : '',
  ]);
}

/**
 * A quoted cell that a spreadsheet shows and never computes: one that begins (after blanks) with a formula's first
 * character gets an apostrophe in front (https://owasp.org/www-community/attacks/CSV_Injection).
 */
export function csvCell(text: string): string {
  const isFormula = /^[\s\p{Cf}\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u.test(text);
  return `"${(isFormula ? `'${text}` : text).replaceAll('"', '""')}"`;
}

function line(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}
