import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import type { JsonObject } from '../model/json.ts';
import type { UpstreamTool } from '../model/upstream.ts';
import { costOf, isOversized, isWithinWeight } from './schema-cost.ts';
import { withinTime, type Timed } from './within-time.ts';

export type ArgumentsCheck = { readonly ok: true } | { readonly ok: false; readonly text: string };

type Validate = (args: JsonObject) => ArgumentsCheck;

/** A server's schema may hold a pattern that takes for ever on the right text; it gets this long, in milliseconds. */
const longestCheck = 500;
const longestText = 500;
/** Checks times weight that take some milliseconds at most; the square root of it where time grows with the square. */
const mostWork = 2_000_000;
const mostQuadraticWeight = 4000;

/** Compiled validators are kept for schemas that a service lists again, up to this many, and characters of schema. */
const mostKept = 500;
const mostKeptText = 4_000_000;

const validators = new WeakMap<UpstreamTool, Validate>();
const kept = new Map<string, Validate>();
let keptText = 0;

/**
 * Checks arguments against a tool's input schema (JSON Schema 2020-12, 2019-09 or draft-07 as it declares). Never fetches
 * a `$ref` from elsewhere. The text is English, for the agent; it names fields and what they must be, no values.
 */
export function validateArguments(tool: UpstreamTool, args: JsonObject): ArgumentsCheck {
  let validate = validators.get(tool);
  if (validate === undefined) {
    validate = validatorOf(tool.inputSchema);
    validators.set(tool, validate);
  }
  return validate(args);
}

const unusable: ArgumentsCheck = {
  ok: false,
  text: 'The service describes this tool in a way that cannot be checked, so it cannot be used. This is a fault of the service.',
};

function validatorOf(schema: JsonObject): Validate {
  if (isOversized(schema)) return () => unusable;
  const text = JSON.stringify(schema);
  const known = kept.get(text);
  if (known !== undefined) return known;
  const validate = compile(schema);
  kept.set(text, validate);
  keptText += text.length;
  for (const [oldest] of kept) {
    if (kept.size <= mostKept && keptText <= mostKeptText) break;
    kept.delete(oldest);
    keptText -= oldest.length;
  }
  return validate;
}

function compile(schema: JsonObject): Validate {
  const compiled = withinTime(longestCheck, () => {
    // One validator a schema: they share what schemas name with `$id`, and one server must not redefine another's.
    const validator = new AjvJsonSchemaValidator();
    return validator.getValidator<JsonObject>(schema);
  });
  if (!compiled.ok) return () => unusable;
  const { checks, isQuadratic } = costOf(schema);
  const mostWeight = Math.min(mostWork / checks, isQuadratic ? mostQuadraticWeight : Number.POSITIVE_INFINITY);
  return (args) => {
    const check = (): ReturnType<typeof compiled.value> => compiled.value(args);
    // The deadline costs more than all the rest of a small check, so only what may take long is given one.
    const checked = isWithinWeight(args, mostWeight) ? caught(check) : withinTime(longestCheck, check);
    if (!checked.ok) return unusable;
    if (checked.value.valid) return { ok: true };
    return { ok: false, text: describeErrors(checked.value.errorMessage) };
  };
}

function caught<T>(work: () => T): Timed<T> {
  try {
    return { ok: true, value: work() };
  } catch {
    return { ok: false };
  }
}

/** Ajv writes `data/to/0 must be string, data must have required property 'subject'`. */
function describeErrors(errors: string): string {
  const readable = errors
    .slice(0, 4 * longestText)
    .replaceAll(/(^|, )data\/?(\S*)/g, (_, comma: string, path: string) => `${comma}${path === '' ? 'the arguments' : `"${path}"`}`);
  return readable.length > longestText ? `${readable.slice(0, longestText)}…` : readable;
}
