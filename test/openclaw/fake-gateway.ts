import { createHash, createPublicKey, randomUUID, verify } from 'node:crypto';
import { buildDeviceAuthPayloadV3 } from '@openclaw/gateway-client';
import { validateConnectParams, validateExecApprovalResolveParams, validateRequestFrame, type ConnectParams } from '@openclaw/gateway-protocol';
import { PROTOCOL_VERSION } from '@openclaw/gateway-protocol/version';
import { WebSocketServer, type WebSocket } from 'ws';

export const goodToken = 'gateway-token-0123456789';

interface Pending {
  readonly entry: { readonly id: string; readonly request: object; readonly createdAtMs: number; readonly expiresAtMs: number };
  readonly decided: PromiseWithResolvers<string | null>;
}

export interface FakeGateway extends AsyncDisposable {
  readonly url: string;
  /** Every call that came, in order. */
  readonly calls: { readonly method: string; readonly params: unknown }[];
  /** Who connected, as they introduced themselves. */
  readonly connected: ConnectParams[];
  /** A command of the agent's; resolves with the decision, null where its time ran out. */
  ask(request: object, lifetimeMs?: number): { readonly id: string; readonly decision: Promise<string | null> };
  /** Another operator answers. */
  answerElsewhere(id: string, decision: string, by: string): void;
  /** Its time is over: it is forgotten, and nobody is told. */
  expire(id: string): void;
  /** Sends that event to everybody. */
  send(event: string, payload: unknown): void;
  /** Breaks the connections, as a restart of the network does. */
  breakConnections(): void;
  /** Answers no request any more. */
  isMute: boolean;
  /** Unknown devices wait for the owner's word. */
  wantsPairing: boolean;
  /** Stops listening; `listen` goes on, with what was pending. */
  stop(): Promise<void>;
  listen(): Promise<void>;
}

/**
 * As much of OpenClaw's gateway as an approver sees (wire protocol 4), checked with OpenClaw's own schemas: challenge, signed device,
 * token, scopes and capabilities, and who is shown which request as 2026.9.6 decides it.
 */
export async function startGateway(): Promise<FakeGateway> {
  const pending = new Map<string, Pending>();
  const ended = new Map<string, string>();
  const approvers = new Set<WebSocket>();
  let server: WebSocketServer | undefined;
  let port = 0;

  const tell = (event: string, payload: unknown): void => {
    for (const socket of approvers) send(socket, { type: 'event', event, payload });
  };
  const settle = (id: string, decision: string, by: string): void => {
    const found = pending.get(id);
    pending.delete(id);
    ended.set(id, decision);
    tell('exec.approval.resolved', { id, decision, resolvedBy: by, ts: Date.now(), request: found?.entry.request });
    found?.decided.resolve(decision);
  };

  const gateway: FakeGateway = {
    get url() {
      return `ws://127.0.0.1:${port}/`;
    },
    calls: [],
    connected: [],
    isMute: false,
    wantsPairing: false,
    ask(request, lifetimeMs = 1_800_000) {
      const entry = { id: randomUUID(), request, createdAtMs: Date.now(), expiresAtMs: Date.now() + lifetimeMs };
      const decided = Promise.withResolvers<string | null>();
      pending.set(entry.id, { entry, decided });
      tell('exec.approval.requested', { approvalKind: 'exec', ...entry });
      return { id: entry.id, decision: decided.promise };
    },
    answerElsewhere: settle,
    expire(id) {
      pending.get(id)?.decided.resolve(null);
      pending.delete(id);
    },
    send: tell,
    breakConnections() {
      for (const socket of approvers) socket.terminate();
    },
    async stop() {
      const running = server;
      server = undefined;
      for (const client of running?.clients ?? []) client.terminate();
      await new Promise<void>((resolve) => (running === undefined ? resolve() : running.close(() => resolve())));
    },
    async listen() {
      const listening = new WebSocketServer({ host: '127.0.0.1', port });
      server = listening;
      listening.on('connection', welcome);
      await new Promise((resolve) => listening.once('listening', resolve));
      const address = listening.address();
      if (address !== null && typeof address === 'object') ({ port } = address);
    },
    async [Symbol.asyncDispose]() {
      await gateway.stop();
    },
  };

  function welcome(socket: WebSocket): void {
    const nonce = randomUUID();
    let scopes: readonly string[] | undefined;
    send(socket, { type: 'event', event: 'connect.challenge', payload: { nonce, ts: Date.now() } });
    socket.on('close', () => approvers.delete(socket));
    socket.on('message', (data: Buffer) => {
      const frame: unknown = JSON.parse(data.toString());
      if (!validateRequestFrame(frame)) return socket.close(1008, 'invalid request frame');
      gateway.calls.push({ method: frame.method, params: frame.params });
      const reply = (payload: object | null, error?: object): void => send(socket, { type: 'res', id: frame.id, ok: error === undefined, ...(error === undefined ? { payload } : { error }) });
      if (scopes !== undefined) return gateway.isMute ? undefined : answer(frame, scopes, reply);
      const why = frame.method === 'connect' ? refusal(frame.params, nonce, gateway.wantsPairing) : 'NOT_CONNECTED';
      if (why !== null) {
        reply(null, { code: 'INVALID_REQUEST', message: 'connect refused', details: { code: why } });
        return socket.close(1008, 'connect failed');
      }
      // Checked by `refusal`.
      const params = frame.params as ConnectParams;
      gateway.connected.push(params);
      scopes = params.scopes ?? [];
      if (scopes.includes('operator.admin') && params.caps?.includes('exec-approvals') === true) approvers.add(socket);
      return reply(hello(scopes));
    });
  }

  function answer({ method, params }: { readonly method: string; readonly params?: unknown }, scopes: readonly string[], reply: (payload: object | null, error?: object) => void): void {
    const invalid = (message: string): void => reply(null, { code: 'INVALID_REQUEST', message });
    if (!scopes.includes('operator.approvals')) return invalid('missing scope: operator.approvals');
    switch (method) {
      case 'exec.approval.list':
        return reply(scopes.includes('operator.admin') ? [...pending.values()].map(({ entry }) => ({ approvalKind: 'exec', ...entry })) : []);
      case 'exec.approval.resolve': {
        if (!validateExecApprovalResolveParams(params)) return invalid('invalid exec.approval.resolve params');
        if (pending.has(params.id)) settle(params.id, params.decision, 'Countersign');
        else if (ended.get(params.id) !== params.decision) return invalid(ended.has(params.id) ? 'approval already resolved' : 'unknown or expired approval id');
        return reply({ ok: true });
      }
      default:
        return invalid(`unknown method: ${method}`);
    }
  }

  await gateway.listen();
  return gateway;
}

function send(socket: WebSocket, frame: object): void {
  socket.send(JSON.stringify(frame));
}

/** Why a gateway does not let somebody in, in its own words; null: it does. */
function refusal(params: unknown, nonce: string, wantsPairing: boolean): string | null {
  if (!validateConnectParams(params)) return 'INVALID_CONNECT_PARAMS';
  const { client, device, auth, scopes = [], role = 'operator' } = params;
  if (params.minProtocol !== PROTOCOL_VERSION || params.maxProtocol !== PROTOCOL_VERSION) return 'PROTOCOL_MISMATCH';
  if (device === undefined) return 'DEVICE_IDENTITY_REQUIRED';
  const raw = Buffer.from(device.publicKey, 'base64url');
  if (createHash('sha256').update(raw).digest('hex') !== device.id) return 'DEVICE_AUTH_DEVICE_ID_MISMATCH';
  const payload = buildDeviceAuthPayloadV3({ deviceId: device.id, clientId: client.id, clientMode: client.mode, role, scopes, signedAtMs: device.signedAt, token: auth?.token ?? null, nonce, platform: client.platform });
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' });
  if (device.nonce !== nonce || !verify(null, Buffer.from(payload), key, Buffer.from(device.signature, 'base64url'))) return 'DEVICE_AUTH_SIGNATURE_INVALID';
  if (auth?.token !== goodToken) return 'AUTH_TOKEN_MISMATCH';
  return wantsPairing ? 'PAIRING_REQUIRED' : null;
}

function hello(scopes: readonly string[]): object {
  return {
    type: 'hello-ok',
    protocol: PROTOCOL_VERSION,
    server: { version: '2026.9.6', connId: randomUUID() },
    features: { methods: ['exec.approval.list', 'exec.approval.resolve'], events: ['exec.approval.requested', 'exec.approval.resolved'] },
    snapshot: { presence: [], health: {}, stateVersion: { presence: 0, health: 0 }, uptimeMs: 0 },
    auth: { role: 'operator', scopes },
    policy: { maxPayload: 26_214_400, maxBufferedBytes: 52_428_800, tickIntervalMs: 30_000 },
  };
}
