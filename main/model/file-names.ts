const dangerous = /\.(?:exe|scr|com|bat|cmd|js|jse|vbs|vbe|wsf|ps1|msi|hta|jar|lnk|pif|cpl|app|command|sh|html?|svg)$/i;

/** "invoice.pdf.exe": an ending that runs or renders, behind one that looks like a document. */
export function isDisguised(name: string): boolean {
  return /\.[a-z0-9]{2,5}\s*\.[a-z0-9]{2,7}$/i.test(name) && dangerous.test(name);
}

/** The ending of a file's name without the dot, lower case: `pdf`; empty when it has none. */
export function fileType(name: string): string {
  return /[^/\\]\.([A-Za-z0-9]{1,12})$/.exec(name)?.[1]?.toLowerCase() ?? '';
}

/** Whether opening a file of that name runs something. */
export function isProgram(name: string): boolean {
  return dangerous.test(name) && !/\.(?:html?|svg)$/i.test(name);
}
