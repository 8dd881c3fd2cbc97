import { readFile } from 'node:fs/promises';

/** One thing a service did. For a resource the name is its URI. */
export interface Deed {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** What a service did, in order. A line that a kill cut off was never a deed: it is written before the deed begins. */
export async function readJournal(file: string): Promise<readonly Deed[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      try {
        // `service.ts` writes these lines.
        return [JSON.parse(line) as Deed];
      } catch {
        return [];
      }
    });
}
