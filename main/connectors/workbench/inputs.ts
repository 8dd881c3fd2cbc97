import { z } from 'zod';
import type { JsonObject } from '../../model/json.ts';

/** Characters of a command line or of code: what a person cannot look through is not put to them. */
const longestCode = 20_000;
const longestFile = 1_000_000;
const longestArgument = 2_000;

const noNul = (text: string): boolean => !text.includes('\0');
const code = z.string().min(1).max(longestCode).refine(noNul, 'must not contain NUL');
const words = z.array(z.string().max(longestArgument).refine(noNul, 'must not contain NUL')).max(50).describe('Arguments for the program.').optional();
const timeoutSeconds = z.int().min(1).max(600).describe('Ends it after that many seconds; the connection’s own limit when left out or longer.').optional();

/** Inside the workspace, without a step up; where links lead, the sandbox sees to. */
const path = z
  .string()
  .max(1_000)
  .refine(noNul, 'must not contain NUL')
  .refine((text) => !/^(?:[/\\]|[A-Za-z]:)/.test(text), 'must be relative to the workspace')
  .refine((text) => !text.split(/[/\\]/).includes('..'), 'must not lead out of the workspace');

export const inputs = {
  run_command: z.strictObject({ command: code.describe('A line or script for bash. It starts in the workspace.'), timeoutSeconds }),
  run_python: z.strictObject({ code: code.describe('Python 3.'), arguments: words, timeoutSeconds }),
  run_node: z.strictObject({ code: code.describe('JavaScript for Node, as a CommonJS script.'), arguments: words, timeoutSeconds }),
  read_file: z.strictObject({ path: path.min(1).describe('A file of the workspace, as "reports/may.csv".') }),
  write_file: z.strictObject({ path: path.min(1).describe('A file of the workspace; folders on the way are made.'), content: z.string().max(longestFile).describe('The whole new text of the file.') }),
  list_files: z.strictObject({ path: path.describe('A folder of the workspace; all of it when left out.').optional() }),
  keep_changes: z.strictObject({
    files: z.array(path.min(1)).min(1).max(500).describe('The files to keep, as the last run named them: added, changed or deleted.'),
  }),
  discard_changes: z.strictObject({}),
} as const;

export type ToolName = keyof typeof inputs;
export type Input<N extends ToolName> = z.infer<(typeof inputs)[N]>;
/** The three that run code. */
export type RunName = 'run_command' | 'run_python' | 'run_node';

export function isToolName(name: string): name is ToolName {
  return Object.hasOwn(inputs, name);
}

/** The two that are for a copy of the workspace. */
export function isCopyTool(name: ToolName): name is 'keep_changes' | 'discard_changes' {
  return name === 'keep_changes' || name === 'discard_changes';
}

/** Checks arguments; what is wrong is said in one English sentence. */
export function parseInput<N extends ToolName>(name: N, args: JsonObject): { readonly ok: true; readonly input: Input<N> } | { readonly ok: false; readonly invalid: string } {
  const parsed = inputs[name].safeParse(args);
  // The schema that just parsed it is the one Input<N> is inferred from.
  if (parsed.success) return { ok: true, input: parsed.data as Input<N> };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'The arguments' : `"${issue.path.join('.')}"`;
  return { ok: false, invalid: `${where}: ${issue?.message ?? 'not understood'}.` };
}

export function inputSchema(name: ToolName): JsonObject {
  // JSON Schema is plain JSON, which zod's own type is too wide to say.
  return z.toJSONSchema(inputs[name], { io: 'input' }) as JsonObject;
}
