import { contentTypeOf, contradictsName, type ContentType } from './file-content.ts';
import { fileType, isDisguised } from './file-names.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** A file that stands in arguments as base64 (RFC 4648, with either alphabet), or as a `data:` address (RFC 2397). */
export interface EmbeddedFile {
  /** As what stands beside it says; null: nothing does. */
  readonly name: string | null;
  readonly bytes: number;
  /** By its first bytes; null: none of the types known here. */
  readonly type: ContentType | null;
  /** Its name says something else than its content, or hides how it ends. */
  readonly isDisguised: boolean;
}

/** Shorter texts of such letters are words. */
const shortest = 32;
const mostFiles = 50;
const deepest = 100;
/** Characters that are decoded to see what it is. */
const looked = 720;
const encoded = /^[A-Za-z0-9+/_-]{32}/;
const whole = /^[A-Za-z0-9+/_-]+={0,2}$/;
const nameKey = /^(?:file[ _-]?name|name|title|path|file)$/i;
const contentKey = /^(?:content|contents|data|base64|content[ _-]?bytes|body|bytes|file|file[ _-]?data|blob|attachment)$/i;

/** Files within arguments, at most 50: those that begin as files do, and those that stand beside the name of one. */
export function findEmbeddedFiles(args: JsonObject): readonly EmbeddedFile[] {
  const found: EmbeddedFile[] = [];
  look(args, null, '', found, 0);
  return found;
}

function look(value: JsonValue, holder: JsonObject | null, key: string, found: EmbeddedFile[], depth: number): void {
  if (depth > deepest || found.length >= mostFiles) return;
  if (typeof value === 'string') {
    const file = fileIn(value, holder, key);
    if (file !== undefined) found.push(file);
  } else if (isJsonObject(value)) {
    for (const [name, item] of Object.entries(value)) look(item, value, name, found, depth + 1);
  } else if (Array.isArray(value)) {
    for (const item of value) look(item, holder, key, found, depth + 1);
  }
}

function fileIn(text: string, holder: JsonObject | null, key: string): EmbeddedFile | undefined {
  if (text.length < shortest) return undefined;
  const address = /^data:[^,]{0,200};base64,/i.exec(text);
  const body = (address === null ? text : text.slice(address[0].length)).replaceAll(/[\r\n\t ]/g, '');
  if (address === null && (!encoded.test(body) || !whole.test(body))) return undefined;
  const content = Buffer.from(body.slice(0, looked), 'base64');
  const type = contentTypeOf(content) ?? null;
  const name = holder === null ? null : nameBeside(holder, key);
  if (address === null && type === null && (name === null || !contentKey.test(key))) return undefined;
  const bytes = Math.floor((body.replace(/=+$/, '').length * 3) / 4);
  const isRisky = type === 'program' || type === 'script' || type === 'page';
  return { name, bytes, type, isDisguised: name === null ? isRisky : isDisguised(name) || contradictsName(name, content) };
}

function nameBeside(holder: JsonObject, key: string): string | null {
  for (const [name, value] of Object.entries(holder)) if (name !== key && nameKey.test(name) && typeof value === 'string' && fileType(value) !== '') return value;
  return null;
}
