import { GatewayClient } from '@openclaw/gateway-client';
import { GATEWAY_CLIENT_CAPS } from '@openclaw/gateway-protocol/client-info';
import { ConnectErrorDetailCodes } from '@openclaw/gateway-protocol/connect-error-details';
import { PROTOCOL_VERSION } from '@openclaw/gateway-protocol/version';
import { readId, readRequest, readResolved, type ApprovalRequest, type Resolved } from './approval-request.ts';
import { identityOf, signing } from './device-identity.ts';

/** `unpaired`: the gateway waits for its owner to let this app in. `refused`: it does not let it in. Neither tries again by itself. */
export type LinkState = 'connected' | 'disconnected' | 'unpaired' | 'refused';

export interface LinkOptions {
  readonly url: string;
  /** The gateway's own token. */
  readonly token: string;
  /** This app's key for that gateway, as PEM. */
  readonly deviceKey: string;
  readonly version: string;
  readonly onRequest: (request: ApprovalRequest) => void;
  /** It was answered, here or elsewhere, or has run out. */
  readonly onResolved: (resolved: Resolved) => void;
  /** All that waits, on a fresh connection: what else was known has ended meanwhile. */
  readonly onPending: (ids: ReadonlySet<string>) => void;
  readonly onState: (state: LinkState) => void;
  readonly report: (problem: string) => void;
}

/** How an answer to a request was taken. `gone`: it was answered elsewhere, or has run out. `unsent`: nothing was sent. */
export type Taken = 'taken' | 'gone' | 'unsent' | 'unknown';

const answerTimeoutMs = 15_000;

/**
 * A standing connection to one gateway of OpenClaw (wire protocol 4) as an operator. It asks for `operator.admin` beside
 * `operator.approvals` because a gateway shows an operator without it only what that operator itself began; all that it ever calls is
 * `exec.approval.list` and `exec.approval.resolve`.
 */
export class GatewayLink {
  readonly #client: GatewayClient;
  readonly #options: LinkOptions;
  #isConnected = false;
  #isClosed = false;
  /** What is told while the list of a fresh connection is on its way is newer than the list. */
  #meanwhile: { readonly requested: Set<string>; readonly resolved: Set<string> } | undefined;

  /** Throws where the key is none. */
  constructor(options: LinkOptions) {
    this.#options = options;
    const { url, token, deviceKey, version } = options;
    this.#client = new GatewayClient({
      url,
      token,
      role: 'operator',
      scopes: ['operator.admin', 'operator.approvals'],
      caps: [GATEWAY_CLIENT_CAPS.EXEC_APPROVALS],
      mode: 'ui',
      clientDisplayName: 'Countersign',
      clientVersion: version,
      minProtocol: PROTOCOL_VERSION,
      maxProtocol: PROTOCOL_VERSION,
      deviceIdentity: identityOf(deviceKey),
      hostDeps: { ...signing },
      onHelloOk: () => void this.#begin(),
      onEvent: ({ event, payload }) => this.#take(event, payload),
      onClose: () => {
        this.#isConnected = false;
        this.#tell('disconnected');
      },
      onReconnectPaused: ({ detailCode }) => this.#tell(detailCode === ConnectErrorDetailCodes.PAIRING_REQUIRED ? 'unpaired' : 'refused'),
    });
  }

  /** Throws where the address cannot be used at all. */
  start(): void {
    this.#client.start();
  }

  close(): Promise<void> {
    this.#isClosed = true;
    this.#isConnected = false;
    return this.#client.stopAndWait({ timeoutMs: 2000 }).catch(() => undefined);
  }

  /** Answers one request, once; never for more than this one time. Never rejects. */
  async answer(id: string, decision: 'allow-once' | 'deny'): Promise<Taken> {
    if (!this.#isConnected) return 'unsent';
    try {
      await this.#client.request('exec.approval.resolve', { id, decision }, { timeoutMs: answerTimeoutMs });
      return 'taken';
    } catch (error) {
      // A refusal of the gateway's own says that it did not take it; a connection that broke says nothing.
      return error instanceof Error && 'gatewayCode' in error ? 'gone' : 'unknown';
    }
  }

  #tell(state: LinkState): void {
    if (!this.#isClosed) this.#options.onState(state);
  }

  async #begin(): Promise<void> {
    this.#isConnected = true;
    const meanwhile = { requested: new Set<string>(), resolved: new Set<string>() };
    this.#meanwhile = meanwhile;
    this.#tell('connected');
    try {
      const list: unknown = await this.#client.request('exec.approval.list', {});
      const waiting = (Array.isArray(list) ? list : []).filter((entry: unknown) => !meanwhile.resolved.has(readId(entry) ?? ''));
      this.#options.onPending(new Set([...waiting.flatMap((entry: unknown) => readId(entry) ?? []), ...meanwhile.requested]));
      for (const entry of waiting) this.#ask(entry);
    } catch (error) {
      this.#options.report(`OpenClaw's gateway did not tell which commands wait: ${String(error)}`);
    }
    if (this.#meanwhile === meanwhile) this.#meanwhile = undefined;
  }

  #take(event: string, payload: unknown): void {
    if (event === 'exec.approval.requested') {
      this.#meanwhile?.requested.add(readId(payload) ?? '');
      this.#ask(payload);
    }
    if (event !== 'exec.approval.resolved') return;
    const resolved = readResolved(payload);
    if (resolved === undefined) return;
    this.#meanwhile?.resolved.add(resolved.id);
    this.#options.onResolved(resolved);
  }

  #ask(payload: unknown): void {
    const request = readRequest(payload);
    if (request !== undefined && !('unreadable' in request)) return this.#options.onRequest(request);
    this.#options.report('OpenClaw asked about a command in a form that is not known; it was refused and nobody was asked.');
    if (request !== undefined) void this.answer(request.unreadable, 'deny');
    return undefined;
  }
}
