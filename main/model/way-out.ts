/** How connections of programs that this app starts leave this computer: as its own do. */
export interface WayOut {
  /** The company's proxy; null: none is in the way. */
  readonly proxy: { readonly address: string; readonly noProxy: readonly string[] } | null;
  /** Certificates (PEM) to trust beside the system's. */
  readonly certificates: readonly string[];
}
