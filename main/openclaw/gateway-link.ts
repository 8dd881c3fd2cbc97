import { GatewayClient, type GatewayClientOptions } from '@openclaw/gateway-client';
import { PROTOCOL_VERSION } from '@openclaw/gateway-protocol/version';
import { readList, readRequest, readResolved, type ApprovalRequest } from './approval-request.ts';
import { identityOf, signing } from './device-identity.ts';

export interface LinkOptions {
  readonly url: string;
  /** The gateway's own token. */
  readonly token: string;
  /** This app's key for that gateway, as PEM. */
  readonly deviceKey: string;
  readonly version: string;
  readonly onRequest: (request: ApprovalRequest) => void;
  /** It was answered, here or elsewhere, or has run out. */
  readonly onResolved: (id: string) => void;
  /** `refused`: the gateway does not let this app in, and it does not try again by itself. */
  readonly onState: (state: 'connected' | 'disconnected' | 'refused') => void;
  readonly report: (problem: string) => void;
}

/** How an answer to a request was taken. `gone`: it was answered elsewhere, or has run out. `unsent`: nothing was sent. */
export type Taken = 'taken' | 'gone' | 'unsent' | 'unknown';

/** A standing connection to one gateway of OpenClaw (wire protocol 4) as an operator that answers command approvals and may do nothing else. */
export class GatewayLink {
  readonly #client: GatewayClient;
  readonly #options: LinkOptions;
  #isConnected = false;
  #isClosed = false;
  /** Resolved while the list of a fresh connection is on its way. */
  #resolvedMeanwhile = new Set<string>();

  constructor(options: LinkOptions) {
    this.#options = options;
    const { url, token, deviceKey, version, onState } = options;
    const hostDeps: NonNullable<GatewayClientOptions['hostDeps']> = { ...signing };
    this.#client = new GatewayClient({
      url,
      token,
      role: 'operator',
      scopes: ['operator.approvals'],
      mode: 'ui',
      clientDisplayName: 'Countersign',
      clientVersion: version,
      minProtocol: PROTOCOL_VERSION,
      maxProtocol: PROTOCOL_VERSION,
      deviceIdentity: identityOf(deviceKey),
      hostDeps,
      onHelloOk: () => void this.#begin(),
      onEvent: ({ event, payload }) => this.#take(event, payload),
      onClose: () => {
        this.#isConnected = false;
        if (!this.#isClosed) onState('disconnected');
      },
      onReconnectPaused: () => {
        if (!this.#isClosed) onState('refused');
      },
    });
  }

  start(): void {
    this.#client.start();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#client.stopAndWait({ timeoutMs: 2000 }).catch(() => undefined);
  }

  /** Answers one request, once; never for more than this one time. Never rejects. */
  async answer(id: string, decision: 'allow-once' | 'deny'): Promise<Taken> {
    if (!this.#isConnected) return 'unsent';
    try {
      await this.#client.request('exec.approval.resolve', { id, decision }, { timeoutMs: 15_000 });
      return 'taken';
    } catch (error) {
      // A refusal of the gateway's own says that it did not take it; a connection that broke says nothing.
      return error instanceof Error && 'gatewayCode' in error ? 'gone' : 'unknown';
    }
  }

  async #begin(): Promise<void> {
    this.#isConnected = true;
    this.#resolvedMeanwhile = new Set();
    this.#options.onState('connected');
    try {
      // What waited before; what is told meanwhile is newer than the list.
      const list = readList(await this.#client.request('exec.approval.list', {}));
      for (const request of list) if (!this.#resolvedMeanwhile.has(request.id)) this.#options.onRequest(request);
    } catch (error) {
      this.#options.report(`OpenClaw's gateway did not tell which commands wait: ${String(error)}`);
    }
  }

  #take(event: string, payload: unknown): void {
    if (event === 'exec.approval.requested') {
      const request = readRequest(payload);
      if (request) this.#options.onRequest(request);
      else this.#options.report('OpenClaw asked about a command in a form that is not known; nobody was asked.');
    }
    if (event === 'exec.approval.resolved') {
      const id = readResolved(payload);
      if (id === undefined) return;
      this.#resolvedMeanwhile.add(id);
      this.#options.onResolved(id);
    }
  }
}
