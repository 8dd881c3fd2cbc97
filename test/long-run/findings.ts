/** What is not right, counted by its kind, with some examples of each. */
export class Findings {
  readonly #found = new Map<string, { count: number; readonly examples: string[] }>();

  add(kind: string, example: string): void {
    const known = this.#found.get(kind) ?? { count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < 5) known.examples.push(example);
    this.#found.set(kind, known);
  }

  /** Adds a finding unless that is so. */
  expect(isSo: boolean, kind: string, example: string): void {
    if (!isSo) this.add(kind, example);
  }

  get isClean(): boolean {
    return this.#found.size === 0;
  }

  toString(): string {
    return [...this.#found].map(([kind, { count, examples }]) => `✗ ${kind}: ${count}\n${examples.map((example) => `    ${example}`).join('\n')}`).join('\n');
  }
}
