/** An HTTP request that was read whole, for a part of the house that knows no sockets. */
export interface WebRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** The origin the client asked at, one of this app's own. */
  readonly origin: string;
  /** By lower-case name; undefined where it is missing or stands more than once. */
  header(name: string): string | undefined;
  has(name: string): boolean;
  readonly body: string;
  /** Aborted when the client goes away before the answer is complete. */
  readonly signal: AbortSignal;
}

export interface WebResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
