/** Where a client finds the echo. */
export type Door =
  | { readonly kind: 'http'; readonly url: string; readonly token?: string; readonly tool: string }
  | { readonly kind: 'stdio'; readonly command: string; readonly args: readonly string[]; readonly tool: string };

/** A connected client, whichever code it is made of. */
export interface EchoClient {
  /** Calls the echo once; rejects when anything but the same text comes back. */
  echo(text: string): Promise<void>;
  /** The process it started, if it did. */
  readonly pid?: number | undefined;
  /** Tools it was shown when it connected, if it asked. */
  readonly toolCount?: number;
  close(): Promise<void>;
}

export type Connect = (door: Door) => Promise<EchoClient>;
