import { Client, SdkError, SdkErrorCode, SseError, type Transport } from '@modelcontextprotocol/client';
import { isNothingSent } from './nothing-sent-error.ts';
import { ownCapabilities } from './request-meta.ts';

export interface ConnectOptions {
  readonly version: string;
  /** Milliseconds for the handshake, and for listing. */
  readonly connectTimeout: number;
  /** The transport exists in servers of 2025-11-25 and before alone. */
  readonly isLegacy?: boolean;
}

export interface Connected {
  readonly client: Client;
  readonly transport: Transport;
}

/** How long a silent server over stdio may be one that knows only `initialize`. Milliseconds. */
const probeTimeout = 10_000;

/**
 * Connects over a transport that `createTransport` makes, in whichever era the server speaks (2026-07-28, or 2025-11-25
 * and before). Only `server/discover` and `initialize` are ever sent to find that out. `prepare` is called before
 * anything is sent. Rejects with what the transport or the SDK said; nothing is left running then.
 */
export async function connectMcp(createTransport: () => Transport, options: ConnectOptions, prepare: (client: Client) => void): Promise<Connected> {
  if (options.isLegacy === true) return connect(createTransport(), options, prepare, true);
  try {
    return await connect(createTransport(), options, prepare, false);
  } catch (error) {
    if (!isEndedByProbe(error)) throw error;
    return connect(createTransport(), options, prepare, true);
  }
}

/** Some older servers end at the first message they do not know, which the probe for the newer era is. */
function isEndedByProbe(error: unknown): boolean {
  return error instanceof SdkError && error.code === SdkErrorCode.EraNegotiationFailed && !isNothingSent(error) && /clos/i.test(error.message);
}

async function connect(transport: Transport, { version, connectTimeout }: ConnectOptions, prepare: (client: Client) => void, isLegacy: boolean): Promise<Connected> {
  const client = new Client(
    { name: 'countersign', version },
    {
      capabilities: ownCapabilities,
      versionNegotiation: { mode: 'auto', probe: { timeoutMs: Math.min(probeTimeout, connectTimeout) } },
      inputRequired: { autoFulfill: false },
    },
  );
  // The stream of an HTTP+SSE server is its session: a new stream is another session, which knows of no call.
  const endWithStream = async (error: Error): Promise<void> => {
    if (error instanceof SseError) await client.close();
  };
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client has callbacks, no events
  client.onerror = (error) => void endWithStream(error);
  prepare(client);
  try {
    await client.connect(transport, { timeout: connectTimeout, ...(isLegacy ? { prior: { kind: 'legacy' } } : {}) });
    return { client, transport };
  } catch (error) {
    await transport.close().catch(() => undefined);
    throw error;
  }
}
