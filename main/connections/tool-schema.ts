import { createContext, Script } from 'node:vm';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv';
import type { JsonObject } from '../model/json.ts';
import type { UpstreamTool } from '../model/upstream.ts';

export type ArgumentsCheck = { readonly ok: true } | { readonly ok: false; readonly text: string };

type Validate = (args: JsonObject) => ArgumentsCheck;

/** A server's schema may hold a pattern that takes for ever on the right text; it gets this long, in milliseconds. */
const longestCheck = 500;
const longestText = 500;

const validators = new WeakMap<UpstreamTool, Validate>();

/**
 * Checks arguments against a tool's input schema (JSON Schema 2020-12, 2019-09 or draft-07 as it declares). Never fetches
 * a `$ref` from elsewhere. The text is English, for the agent; it names fields and what they must be, no values.
 */
export function validateArguments(tool: UpstreamTool, args: JsonObject): ArgumentsCheck {
  let validate = validators.get(tool);
  if (validate === undefined) {
    validate = compile(tool);
    validators.set(tool, validate);
  }
  return validate(args);
}

function compile({ inputSchema }: UpstreamTool): Validate {
  const unusable: ArgumentsCheck = {
    ok: false,
    text: 'The service describes this tool in a way that cannot be checked, so it cannot be used. This is a fault of the service.',
  };
  const compiled = withinTime(() => {
    // One validator a tool: they share what schemas name with `$id`, and one server must not redefine another's.
    const validator = new AjvJsonSchemaValidator();
    return validator.getValidator<JsonObject>(inputSchema);
  });
  if (!compiled.ok) return () => unusable;
  return (args) => {
    const checked = withinTime(() => compiled.value(args));
    if (!checked.ok) return unusable;
    if (checked.value.valid) return { ok: true };
    return { ok: false, text: describeErrors(checked.value.errorMessage) };
  };
}

const sandbox = createContext(Object.create(null));
const run = new Script('work()');

/** Runs our own code with a deadline that also stops a regular expression. */
function withinTime<T>(work: () => T): { readonly ok: true; readonly value: T } | { readonly ok: false } {
  let value: { readonly done: T } | undefined;
  sandbox['work'] = () => {
    value = { done: work() };
  };
  try {
    run.runInContext(sandbox, { timeout: longestCheck });
  } catch {
    return { ok: false };
  } finally {
    delete sandbox['work'];
  }
  return value === undefined ? { ok: false } : { ok: true, value: value.done };
}

/** Ajv writes `data/to/0 must be string, data must have required property 'subject'`. */
function describeErrors(errors: string): string {
  const readable = errors.replaceAll(/(^|, )data\/?(\S*)/g, (_, comma: string, path: string) => `${comma}${path === '' ? 'the arguments' : `"${path}"`}`);
  return readable.length > longestText ? `${readable.slice(0, longestText)}…` : readable;
}
