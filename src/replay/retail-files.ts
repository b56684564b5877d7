import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

/** A StockCode as the files sell it: its first sale line names and prices it. */
export interface RetailItem {
  sku: string;
  name: string;
  priceMinor: number;
  units: number;
}

/** One InvoiceNo: rows with the same StockCode are one line. */
export interface RetailInvoice {
  invoiceNumber: string;
  country: string;
  lines: { sku: string; quantity: number }[];
}

export interface RetailDays {
  items: RetailItem[];
  invoices: RetailInvoice[];
}

interface Row {
  InvoiceNo: string;
  StockCode: string;
  Description: string;
  Quantity: string;
  UnitPrice: string;
  Country: string;
}

/** Pounds as the file writes them (`2.55`, `12.75`, `0.001`) to whole pence, cut as the data set's own sums do. */
export function penceOf(pounds: string): number {
  const match = /^(-?)(\d*)(?:\.(\d*))?$/.exec(pounds.trim());
  if (!match) throw new Error(`UnitPrice ${JSON.stringify(pounds)} is not a decimal number`);
  const [, sign, whole, fraction = ''] = match;
  const pence = Number(whole) * 100 + Number(fraction.padEnd(2, '0').slice(0, 2));
  return sign === '-' ? -pence : pence;
}

function isSale(row: Row): boolean {
  return (
    Number(row.Quantity) > 0 &&
    Number(row.UnitPrice) > 0 &&
    !row.InvoiceNo.startsWith('C') &&
    /^\d{5}/.test(row.StockCode)
  );
}

/** Reads days of the Online Retail data; what is no sale (cancellations, fees, gifts at no price) is passed over. */
export async function readRetailFiles(paths: string[]): Promise<RetailDays> {
  const items = new Map<string, RetailItem>();
  const invoices = new Map<string, { country: string; lines: Map<string, number> }>();
  for (const path of paths) {
    const rows: AsyncIterable<Row> = createReadStream(path).pipe(parse({ columns: true, bom: true }));
    for await (const row of rows) {
      if (!isSale(row)) continue;
      const quantity = Number(row.Quantity);
      const name = row.Description.trim() || row.StockCode;
      const item = items.get(row.StockCode) ?? {
        sku: row.StockCode,
        name,
        priceMinor: penceOf(row.UnitPrice),
        units: 0,
      };
      items.set(row.StockCode, { ...item, units: item.units + quantity });
      const invoice = invoices.get(row.InvoiceNo) ?? {
        country: row.Country,
        lines: new Map<string, number>(),
      };
      invoice.lines.set(row.StockCode, (invoice.lines.get(row.StockCode) ?? 0) + quantity);
      invoices.set(row.InvoiceNo, invoice);
    }
  }
  return {
    items: [...items.values()],
    invoices: [...invoices].map(([invoiceNumber, { country, lines }]) => ({
      invoiceNumber,
      country,
      lines: [...lines].map(([sku, quantity]) => ({ sku, quantity })),
    })),
  };
}
