import { writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import https from 'node:https';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import { goesThrough, planFor, type ProxyPlan } from '../../model/proxy.ts';
import type { WayOut } from '../../model/way-out.ts';

/** Milliseconds in which a proxy has to open a tunnel. */
const patience = 30_000;

/**
 * Makes this process leave the computer as the app does: whom the company trusts is trusted, and its proxy stands in the way. The
 * library takes that proxy for tunnels and plain requests by itself; what it has opened to look into it would dial straight.
 * The answer is a file in `folder` with the company's certificates, where there are any.
 */
export function takeWayOut({ proxy, certificates }: WayOut, folder: string): string | undefined {
  // Node alone would trust its own list.
  tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('bundled'), ...tls.getCACertificates('system'), ...certificates])]);
  if (proxy !== null) goThrough(planFor(new URL(proxy.address), proxy.noProxy));
  if (certificates.length === 0) return undefined;
  const file = join(folder, 'company.pem');
  writeFileSync(file, certificates.join('\n'));
  return file;
}

function goThrough(plan: ProxyPlan): void {
  const agents = new WeakMap<https.Agent, TunnelAgent>();
  const [connect, request] = [net.connect, https.request];
  replace(net, 'connect', (...given) => {
    const [options] = given;
    // It dials a name once to look at the address. Behind the proxy nobody here knows that; that the proxy answers is what can be seen.
    return isLook(options) && leads(plan, options.host, options.port) ? Reflect.apply(connect, net, [addressOf(plan)]) : Reflect.apply(connect, net, given);
  });
  replace(https, 'request', (...given) => {
    const [options, ...rest] = given;
    if (!isInspected(options) || !leads(plan, options.servername ?? options.host, options.port)) return Reflect.apply(request, https, given);
    const agent = agents.get(options.agent) ?? new TunnelAgent(plan, options.agent.options);
    agents.set(options.agent, agent);
    return Reflect.apply(request, https, [{ ...options, agent }, ...rest]);
  });
  syncBuiltinESMExports();
}

/** Connections through a proxy, kept like those of the agent that it stands for. */
class TunnelAgent extends https.Agent {
  readonly #plan: ProxyPlan;

  constructor(plan: ProxyPlan, options: https.AgentOptions) {
    super(options);
    this.#plan = plan;
  }

  override createConnection(options: https.RequestOptions, callback: (error: Error | null, stream: Duplex) => void): undefined {
    const host = options.servername ?? options.host ?? '';
    openTunnel(this.#plan.proxy, host, Number(options.port), (error, socket) => {
      // Node looks at the stream only where there is no error.
      if (socket === undefined) callback(error, undefined as unknown as Duplex);
      else callback(null, tls.connect({ ...(options as tls.ConnectionOptions), socket }));
    });
  }
}

/** Whether this is how the library dials a name. */
function isLook(options: unknown): options is { readonly host: string; readonly port: number } {
  return typeof options === 'object' && options !== null && 'lookup' in options && 'host' in options && typeof options.host === 'string' && 'port' in options;
}

/** Whether these are the options of a request in a connection that the library opened: each such connection has an agent of its own. */
function isInspected(options: unknown): options is https.RequestOptions & { readonly agent: https.Agent } {
  return typeof options === 'object' && options !== null && 'agent' in options && options.agent instanceof https.Agent;
}

function leads(plan: ProxyPlan, host: string | null | undefined, port: unknown): boolean {
  const written = net.isIPv6(host ?? '') ? `[${host}]` : host;
  const url = URL.parse(`https://${written}:${Number(port)}/`);
  return url !== null && goesThrough(plan, url);
}

function addressOf({ proxy }: ProxyPlan): { readonly host: string; readonly port: number } {
  return { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80)) };
}

/** CONNECT (RFC 9110, section 9.3.6). One answer: a socket, or why there is none. */
function openTunnel(proxy: URL, host: string, port: number, answer: (error: Error | null, socket?: Duplex) => void): void {
  const authority = net.isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
  const send = proxy.protocol === 'https:' ? https.request : httpRequest;
  const asked = send({ ...addressOf({ proxy, noProxy: [] }), method: 'CONNECT', path: authority, agent: false, timeout: patience, headers: { host: authority, ...signIn(proxy) } });
  const refuse = (error: Error): void => {
    asked.removeAllListeners().on('error', () => undefined);
    asked.destroy();
    answer(error);
  };
  asked.once('connect', (response, socket, head: Buffer) => {
    if (response.statusCode !== 200) return refuse(new Error(`The proxy answered ${response.statusCode}.`));
    asked.removeAllListeners();
    if (head.length > 0) socket.unshift(head);
    return answer(null, socket);
  });
  asked.once('response', ({ statusCode }) => refuse(new Error(`The proxy answered ${statusCode}.`)));
  asked.once('timeout', () => refuse(new Error('The proxy did not answer.')));
  asked.once('error', refuse);
  asked.end();
}

function signIn({ username, password }: URL): { readonly 'proxy-authorization'?: string } {
  if (username === '' && password === '') return {};
  return { 'proxy-authorization': `Basic ${Buffer.from(`${plain(username)}:${plain(password)}`).toString('base64')}` };
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Puts a function of a built-in module's in place of another; `syncBuiltinESMExports` brings it to who imported it by name. */
function replace(module: object, name: string, made: (...given: readonly unknown[]) => unknown): void {
  Reflect.set(module, name, made);
}
