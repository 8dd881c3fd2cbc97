import { describe, expect, test } from 'vitest';
import { say } from '../../main/model/say.ts';
import { newWorld, open, request, settle } from './harness.ts';

const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(60, 1)]).toString('base64');
const weekend = { workDays: [], workStart: '07:00', workEnd: '20:00' };

async function asked(args: Parameters<typeof request>[0], name = 'send_email', settings = {}) {
  const world = newWorld();
  const app = open(world);
  app.knobs.settings = settings;
  void app.gate.perform(request(args, name));
  await settle();
  const [approval] = app.approvals.waiting();
  if (approval === undefined) throw new Error('No card is waiting.');
  return { card: approval.card, marks: approval.card.unusual.map(({ text }) => text), facts: world.questions[0]?.facts };
}

describe('what can be seen of any action', () => {
  test('the hour: for the rules always, on the card quietly, and only of what may be regretted', async () => {
    expect(await asked({})).toMatchObject({ marks: [], facts: { isOutOfHours: false } });
    const late = await asked({}, 'send_email', weekend);
    expect(late).toMatchObject({ marks: [say('mark.outOfHours')], facts: { isOutOfHours: true } });
    expect(late.card.unusual[0]?.tone).toBe('neutral');
    const unknown = await asked({}, 'mystery', weekend);
    expect(unknown.facts?.isOutOfHours).toBe(true);
    expect(unknown.marks).not.toContainEqual(say('mark.outOfHours'));
  });

  test('account numbers: by kind, and never by value', async () => {
    const { marks, facts } = await asked({ deep: [{ iban: 'DE89 3704 0044 0532 0130 00' }], number: 4111111111111111 }, 'mystery');
    expect(marks).toEqual(expect.arrayContaining([say('mark.accountNumber', { kind: 'iban' }), say('mark.accountNumber', { kind: 'card' })]));
    expect(facts?.accountNumbers).toEqual(['iban', 'card']);
    expect(JSON.stringify(facts)).not.toContain('3704');
  });

  test('a program under the name of a document has to be confirmed, whatever the tool', async () => {
    const { card, marks, facts } = await asked({ files: [{ filename: 'invoice.pdf', content: program }] });
    expect(card).toMatchObject({ risk: 'high', confirm: say('card.email.confirm.file', { name: 'invoice.pdf' }) });
    expect(marks).toEqual([say('mark.disguisedFile', { name: 'invoice.pdf' })]);
    expect(facts).toMatchObject({ attachments: [{ name: 'invoice.pdf', bytes: 62 }], attachmentTypes: ['pdf'], disguisedFiles: ['invoice.pdf'] });
  });
});
