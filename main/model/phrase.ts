import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';

/**
 * Why a text is no ICU message that can be shown with those values; null when it is one. Tags are refused: what people are
 * shown is plain text.
 */
export function problemOfPhrase(text: string, values: readonly string[]): string | null {
  let parts: readonly MessageFormatElement[];
  try {
    parts = parse(text, { ignoreTag: true });
  } catch {
    return 'is not a valid ICU message';
  }
  const unknown = findUnknown(parts, new Set(values));
  return unknown === undefined ? null : `uses {${unknown.slice(0, 60)}}, which is no field`;
}

function findUnknown(parts: readonly MessageFormatElement[], values: ReadonlySet<string>): string | undefined {
  for (const part of parts) {
    if (part.type === TYPE.literal || part.type === TYPE.pound) continue;
    if (part.type === TYPE.tag) return part.value;
    if (!values.has(part.value)) return part.value;
    if (part.type !== TYPE.select && part.type !== TYPE.plural) continue;
    for (const { value } of Object.values(part.options)) {
      const unknown = findUnknown(value, values);
      if (unknown !== undefined) return unknown;
    }
  }
  return undefined;
}
