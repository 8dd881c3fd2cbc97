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
