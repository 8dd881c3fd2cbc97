import * as fc from 'fast-check';

/** Looks for a case that breaks a property: its report, or undefined when none was found. */
export function counterexample<T>(property: fc.IProperty<T>, numRuns = 100): string | undefined {
  return fc.defaultReportMessage(fc.check(property, { numRuns }));
}
