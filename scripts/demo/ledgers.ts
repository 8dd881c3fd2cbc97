/** What lies in the person's folder at the start: what the bank says, and what the books say. */
export const bank = `date,reference,amount
2026-11-02,INV-1041,1240.00
2026-11-03,INV-1042,318.50
2026-11-05,INV-1043,96.00
`;

export const ledger = `date,invoice,customer,amount,status
2026-10-19,INV-1041,Northwind,1240.00,open
2026-10-20,INV-1042,Fabrikam,381.50,open
2026-10-21,INV-1043,Contoso,96.00,open
2026-10-23,INV-1044,Adatum,450.00,open
`;

/** What the bank's own service knows beyond the file: the payment that is missing in it. */
export const laterEntries = '2026-11-06,INV-1042,63.00\n';

/** What the ledger is when all of it is reconciled. */
export const reconciled = `date,invoice,customer,amount,status
2026-10-19,INV-1041,Northwind,1240.00,paid
2026-10-20,INV-1042,Fabrikam,381.50,paid
2026-10-21,INV-1043,Contoso,96.00,paid
2026-10-23,INV-1044,Adatum,450.00,open
`;

/** What the Claw runs: an invoice is paid when the bank's entries for it come to its amount. */
export const reconcile = `import csv
from collections import defaultdict
from decimal import Decimal

received = defaultdict(Decimal)
with open('bank.csv', newline='') as bank:
    for entry in csv.DictReader(bank):
        received[entry['reference']] += Decimal(entry['amount'])

with open('ledger.csv', newline='') as ledger:
    invoices = list(csv.DictReader(ledger))

unclear = []
for invoice in invoices:
    paid, owed = received[invoice['invoice']], Decimal(invoice['amount'])
    invoice['status'] = 'paid' if paid == owed else 'open'
    if paid != owed:
        unclear.append([invoice['invoice'], invoice['customer'], owed, paid, owed - paid])

with open('ledger.csv', 'w', newline='') as ledger:
    table = csv.DictWriter(ledger, invoices[0].keys(), lineterminator='\\n')
    table.writeheader()
    table.writerows(invoices)

with open('open-items.csv', 'w', newline='') as report:
    table = csv.writer(report, lineterminator='\\n')
    table.writerow(['invoice', 'customer', 'owed', 'received', 'missing'])
    table.writerows(unclear)

print(f'{len(invoices) - len(unclear)} of {len(invoices)} invoices are paid; open:', *[row[0] for row in unclear])
`;
