import MailComposer from 'nodemailer/lib/mail-composer';

export interface SeedMail {
  readonly raw: Buffer;
  readonly at: Date;
  readonly isRead: boolean;
}

export const practiceAddress = 'you@practice.example';
const hour = 3_600_000;

interface Letter {
  readonly hoursAgo: number;
  readonly from: { readonly name: string; readonly address: string };
  readonly cc?: string;
  readonly subject: string;
  readonly text: string;
  readonly attachments?: readonly { readonly filename: string; readonly content: string }[];
  readonly isRead?: boolean;
}

const letters: readonly Letter[] = [
  {
    hoursAgo: 0.4,
    from: { name: 'Ana Ruiz', address: 'ana@northwind.example' },
    subject: 'Price list for Q3?',
    text: `Hello,

we are planning our orders for the third quarter. Could you send me your current price list, please, ideally today?
We expect to take about 400 chairs and 120 desks.

Kind regards
Ana Ruiz
Purchasing, Northwind Traders`,
  },
  {
    hoursAgo: 3,
    from: { name: 'Jonas Keller', address: 'jonas@practice.example' },
    subject: 'Budget review moved to Thursday, 10:00',
    text: `Hi,

the budget review is now on Thursday at 10:00 in the small meeting room. Please bring the marketing figures for the last quarter.

Jonas`,
  },
  {
    hoursAgo: 20,
    from: { name: 'Fabrikam Billing', address: 'billing@fabrikam.example' },
    subject: 'Invoice 2104-118 is due next week',
    text: `Dear customer,

please find attached invoice 2104-118 over 1,284.50 EUR, due in seven days.
If you have paid already, please disregard this reminder.

Fabrikam Billing`,
    attachments: [{ filename: 'invoice-2104-118.csv', content: 'position,text,amount\n1,Banner printing,984.50\n2,Delivery,300.00\n' }],
  },
  {
    hoursAgo: 26,
    from: { name: 'Mia Wong', address: 'mia@practice.example' },
    cc: 'jonas@practice.example',
    subject: 'Spring campaign: numbers are in',
    text: `Hi all,

the spring campaign brought 1,912 visits and 64 requests, a third more than last year. The newsletter did most of it.
I would like to thank Northwind for the joint webinar. Shall I draft something?

Mia`,
    isRead: true,
  },
  {
    hoursAgo: 70,
    from: { name: 'Tailspin Travel', address: 'bookings@tailspin.example' },
    subject: 'Your trip to Lisbon: booking confirmed',
    text: `Thank you for your booking.

Outbound: Monday, 07:45, arriving 09:50
Return: Wednesday, 18:20, arriving 22:15
Hotel: two nights, breakfast included

You can change your booking free of charge until three days before departure.`,
    isRead: true,
  },
];

/** A believable working day in an inbox, oldest first, dated back from now. */
export async function seedMails(now: number): Promise<readonly SeedMail[]> {
  const oldestFirst = letters.toSorted((a, b) => b.hoursAgo - a.hoursAgo);
  return Promise.all(
    oldestFirst.map(async ({ hoursAgo, from, cc, subject, text, attachments = [], isRead = false }, index) => {
      const at = new Date(now - hoursAgo * hour);
      const [, domain = ''] = from.address.split('@');
      const messageId = `<letter-${index + 1}@${domain}>`;
      const composer = new MailComposer({ from, to: practiceAddress, ...(cc === undefined ? {} : { cc }), subject, text, date: at, messageId, attachments: [...attachments] });
      return { raw: await composer.compile().build(), at, isRead };
    }),
  );
}
