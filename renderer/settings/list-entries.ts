/** What a person may type for a domain: with an @ or capitals; "acme.example" is kept. Null when it is none. */
export function readDomain(draft: string): string | null {
  const domain = draft.trim().toLowerCase().replace(/^@/, '').replace(/\.$/, '');
  return /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain) ? domain : null;
}

/** An absolute path of Windows, macOS or Linux. Null when it is none. */
export function readFolder(draft: string): string | null {
  const folder = draft.trim();
  return /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(folder) ? folder : null;
}

/** A host or a domain (`*.acme.example`), with a port if that matters; null when it is none. */
export function readHost(draft: string): string | null {
  const host = draft.trim().toLowerCase();
  return /^(?:\*?\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/.test(host) ? host : null;
}

/** A place on the network as a list of places has them; null when it clearly is none. Main reads it exactly. */
export function readPlace(draft: string): string | null {
  const place = draft.trim().toLowerCase();
  return /^(?:\*{1,2}|(?:\*{1,2}\.)?[\p{L}\d_-]+(?:\.[\p{L}\d_-]+)*(?:\/\d{1,2})?|\[?[\da-f:]+(?:\/\d{1,3})?\]?)(?::\d{1,5})?$/u.test(place) ? place : null;
}
