import { afterAll, beforeAll, expect, test } from 'vitest';
import { use } from './agent.ts';
import { Company, people } from './company.ts';
import { pause } from './running-app.ts';

const send = 'work-mail__send_email';
const mail = (subject: string, to: string = people.bo) => ({ to: [to], subject, text: `${subject}\n\nDana` });

let company: Company;
let client: Awaited<ReturnType<Company['app']['client']>>;

beforeAll(async () => {
  company = await Company.open({ settings: { answerWithinSeconds: 10, sendHoldSeconds: 0, clientWaitSeconds: 20 } });
  await company.addAccount();
  client = await company.app.client('marketing');
});
afterAll(() => company.close());

test('nobody answers in time; allowed the next time in the inbox, the same call sends once, any other asks', async () => {
  const { app } = company;
  expect(await use(client, send, mail('Minutes'))).toMatchObject({ outcome: 'timed_out', reason: 'no_answer' });
  const main = await app.page('index');
  await main.getByRole('button', { name: /No answer in time/ }).click();
  await pause(700);
  await main.getByRole('button', { name: 'Allow it next time' }).click();
  await main.getByText('it goes ahead once').waitFor();
  expect((await app.snapshot()).grants).toMatchObject([{ usesLeft: 1, sentence: { id: 'grant.once' } }]);
  expect(await use(client, send, mail('Minutes'))).toMatchObject({ isError: false, outcome: 'done' });
  await app.until(() => company.received('Minutes', people.bo), (count) => count === 1);
  await main.getByText('You allowed this once.').waitFor();
  expect((await app.snapshot()).grants).toEqual([]);
  const again = use(client, send, mail('Minutes'));
  await app.press('deny');
  expect(await again).toMatchObject({ outcome: 'denied' });
  expect(await company.received('Minutes', people.bo)).toBe(1);
});

test('five times yes to the same person: the inbox suggests one narrow rule; made, it lets the sixth through and nobody else', async () => {
  const { app } = company;
  for (const subject of ['One', 'Two', 'Three', 'Four', 'Five']) {
    const answer = use(client, send, mail(subject, people.ana));
    await app.press('approve');
    expect(await answer).toMatchObject({ outcome: 'done' });
  }
  const main = await app.page('index');
  const panel = main.getByRole('region', { name: /make a rule\?$/ });
  await panel.waitFor();
  expect(await panel.innerText()).toContain(`Marketing Claw may send messages without attachments to ${people.ana} from Work mail without asking: you said yes to that 5 times in 7 days, and never no.`);
  await pause(700);
  await panel.getByRole('button', { name: 'Make this rule' }).click();
  await main.getByText('The rule is made.').waitFor();
  expect((await app.snapshot()).grants).toMatchObject([{ usesLeft: 200, sentence: { id: 'grant.rule.recipients' } }]);
  expect(await use(client, send, mail('Six', people.ana))).toMatchObject({ isError: false, outcome: 'done' });
  await app.until(() => company.received('Six'), (count) => count === 1);
  const other = use(client, send, mail('Seven', 'eve@evil.example'));
  await app.press('deny');
  expect(await other).toMatchObject({ outcome: 'denied' });
});
