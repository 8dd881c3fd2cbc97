export type Registry =
  | { readonly ok: true; readonly isEmpty: boolean; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly why: 'registryType' | 'registryJson' | 'registryLetters'; readonly name: string };

/** Values that hold structure are given as JSON text; these are plain text. */
const textValues = new Set(['clientMetadataUrl', 'policy', 'rulesProfile']);

/**
 * Reads what `reg query KEY /s` prints. Values of the key are the top-level settings: text (REG_SZ) that holds JSON, lines of
 * text (REG_MULTI_SZ) for `policy`. Subkeys `organization` and `settings` may hold their values one by one: REG_SZ for text
 * (or JSON lists), REG_DWORD for numbers, and for booleans 0 or 1.
 *
 * reg.exe prints in the console's code page, which differs between computers, so letters beyond ASCII are refused
 * (`registryLetters`) instead of guessed: JSON writes them as `\u00e9`, Cedar as `\u{e9}`.
 */
export function parseRegistry(output: Buffer, root: string): Registry {
  const value: Record<string, unknown> = {};
  const groups = new Map<string, Record<string, unknown>>();
  let group: string | null = null;
  let isEmpty = true;
  for (const line of output.toString('latin1').split(/\r?\n/)) {
    if (/^HKEY_/i.test(line)) {
      group = subkey(line, root);
      continue;
    }
    const match = /^ {4}(\S.*?) {4}(REG_[A-Z_]+)(?: {4}(.*))?$/.exec(line);
    if (match === null) continue;
    const [, name = '', type = '', data = ''] = match;
    const place = group === null ? name : `${group}.${name}`;
    // One printed byte beyond ASCII, or the console's replacement for a letter it does not have.
    if (/[^\t\x20-\x7e]/.test(data)) return { ok: false, why: 'registryLetters', name: place };
    const read = readValue(group, name, type, data);
    if (!read.ok) return { ok: false, why: read.why, name: place };
    isEmpty = false;
    if (group === null) value[name] = read.value;
    else groups.set(group, { ...groups.get(group), [name]: read.value });
  }
  return { ok: true, isEmpty, value: { ...value, ...Object.fromEntries(groups) } };
}

/** The part below our key; null for the key itself. Windows' keys have no case. */
function subkey(line: string, root: string): string | null {
  const long = line.trim().replace(/^HKEY_LOCAL_MACHINE/i, 'HKLM');
  return long.length <= root.length ? null : long.slice(root.length + 1).replaceAll('\\', '.');
}

type Value = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: 'registryType' | 'registryJson' };

const booleans = new Set(['openAtLogin', 'signOutOnLock', 'notifications', 'isFirstRunDone']);

function readValue(group: string | null, name: string, type: string, data: string): Value {
  switch (type) {
    case 'REG_DWORD': {
      const number = Number(data);
      return { ok: true, value: group === 'settings' && booleans.has(name) && (number === 0 || number === 1) ? number === 1 : number };
    }
    case 'REG_MULTI_SZ':
      return { ok: true, value: data.split('\\0').filter((text, index, all) => text !== '' || index < all.length - 1) };
    case 'REG_SZ':
    case 'REG_EXPAND_SZ':
      return group === null && !textValues.has(name) ? readJson(data) : { ok: true, value: data.startsWith('[') ? listOr(data) : data };
    default:
      return { ok: false, why: 'registryType' };
  }
}

function readJson(data: string): Value {
  try {
    return { ok: true, value: JSON.parse(data) };
  } catch {
    return { ok: false, why: 'registryJson' };
  }
}

function listOr(data: string): unknown {
  const read = readJson(data);
  return read.ok ? read.value : data;
}
