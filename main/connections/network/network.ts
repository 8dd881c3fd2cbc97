import type { SecureContext } from 'node:tls';
import type { FetchLike } from '@modelcontextprotocol/client';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';
import type { Message } from '../../../preload/contract.ts';
import { disarmLine } from '../../model/disarm.ts';
import { goesThrough, planFor, planProxy, proxySecrets, type NetworkRules, type ProxyPlan } from '../../model/proxy.ts';
import { say } from '../../model/say.ts';
import type { WayOut } from '../../model/way-out.ts';
import { ConnectionProblem } from '../connection.ts';
import { createNetworkFetch } from './network-fetch.ts';
import { readCertificates, trustCertificates } from './trusted-certificates.ts';

export interface NetworkOptions {
  rules(): NetworkRules;
  /** Tells what must be kept from being seen. */
  know(secrets: readonly string[]): void;
  /** The proxy that the system's settings name for an address, where somebody knows them; asked when the environment names none. */
  readonly findProxy?: (url: URL) => Promise<URL | null>;
  /** Where the proxy variables are taken from. */
  readonly environment?: NodeJS.ProcessEnv;
}

type Secure = { readonly rejectUnauthorized: true; readonly secureContext?: SecureContext };

/** The ways to a service. */
interface Ways {
  readonly straight: Agent;
  /** By the proxy's address. */
  readonly proxied: Map<string, ProxyAgent>;
  readonly secure: Secure;
}

/** How this app reaches services on the web: through the company's proxy where there is one, and trusting whom the company trusts. */
export class Network {
  readonly #options: NetworkOptions;
  /** For services that this app shows no certificate to. */
  readonly fetch: FetchLike;
  #rules: NetworkRules | undefined;
  #plan: ProxyPlan | undefined;
  #isCaFileGood = true;
  #ways: Ways | undefined;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.refresh();
    this.fetch = this.#fetchOver(() => (this.#ways ??= this.#makeWays(undefined)));
  }

  /** For one service that this app shows a certificate to; ask for no other with it. */
  fetchWith(certificate: SecureContext): FetchLike {
    let made: { readonly rules: NetworkRules | undefined; readonly ways: Ways } | undefined;
    return this.#fetchOver(() => {
      if (made === undefined || made.rules !== this.#rules) made = { rules: this.#rules, ways: this.#makeWays(certificate) };
      return made.ways;
    });
  }

  /** Takes up rules that have changed, for connections that are made from now on. */
  refresh(): void {
    const { environment = process.env } = this.#options;
    const rules = networkRulesOf(this.#options.rules());
    const before = this.#rules;
    if (JSON.stringify(rules) === JSON.stringify(before)) return;
    this.#rules = rules;
    this.#plan = planProxy(rules, environment);
    this.#options.know(this.#plan === undefined ? [] : proxySecrets(this.#plan));
    if (before?.caFile !== rules.caFile) this.#isCaFileGood = trustCertificates(rules.caFile);
    const old = this.#ways;
    this.#ways = undefined;
    // What is under way comes to its end.
    void Promise.all(agentsOf(old).map((agent) => agent.close())).catch(() => undefined);
  }

  /** How what this app starts leaves this computer, where it cannot ask for each address: the system's proxy is asked for once, for an address like any. */
  async wayOut(): Promise<WayOut> {
    const plan = this.#plan ?? (await this.#systemPlan(new URL('https://www.example.com/')));
    const noProxy = plan?.noProxy.map(({ host, port }) => (port === null ? host : `${host}:${port}`)) ?? [];
    return { proxy: plan === undefined ? null : { address: plan.proxy.href, noProxy }, certificates: readCertificates(this.#rules?.caFile ?? '') };
  }

  /** What is wrong with the rules, in words for the person. */
  problems(): readonly Message[] {
    return this.#isCaFileGood ? [] : [say('status.problem.caFile', { file: disarmLine(this.#rules?.caFile ?? '') })];
  }

  async close(): Promise<void> {
    await Promise.all(agentsOf(this.#ways).map((agent) => agent.destroy()));
  }

  #fetchOver(ways: () => Ways): FetchLike {
    return async (input, init) => {
      const url = new URL(input);
      const proxy = await this.#proxyFor(url);
      const fetch = createNetworkFetch(() => dispatcherOf(ways(), proxy));
      try {
        return await fetch(url, init);
      } catch (error) {
        throw (proxy !== undefined && proxyProblem(error, proxy, url)) || error;
      }
    };
  }

  /** The proxy in the way to a service; undefined: it is reached straight. */
  async #proxyFor(url: URL): Promise<URL | undefined> {
    const plan = this.#plan ?? (await this.#systemPlan(url));
    return plan !== undefined && goesThrough(plan, url) ? plan.proxy : undefined;
  }

  async #systemPlan(url: URL): Promise<ProxyPlan | undefined> {
    const { findProxy } = this.#options;
    if (findProxy === undefined || this.#rules?.proxy !== 'system') return undefined;
    // Settings that cannot be read name no proxy.
    const proxy = await findProxy(url).catch(() => null);
    return proxy === null ? undefined : planFor(proxy, this.#rules.noProxy);
  }

  #makeWays(certificate: SecureContext | undefined): Ways {
    const secure: Secure = { rejectUnauthorized: true, ...(certificate && { secureContext: certificate }) };
    return { straight: new Agent({ connect: secure }), proxied: new Map(), secure };
  }
}

function dispatcherOf({ straight, proxied, secure }: Ways, proxy: URL | undefined): Dispatcher {
  if (proxy === undefined) return straight;
  // The tunnel's end is the service itself: the proxy sees which host and port, and nothing of what is said.
  const agent = proxied.get(proxy.href) ?? new ProxyAgent({ uri: proxy.href, requestTls: secure, proxyTls: { rejectUnauthorized: true } });
  proxied.set(proxy.href, agent);
  return agent;
}

function agentsOf(ways: Ways | undefined): readonly Dispatcher[] {
  return ways === undefined ? [] : [ways.straight, ...ways.proxied.values()];
}

/** Its own part of what may be all preferences. */
function networkRulesOf({ proxy, noProxy, caFile }: NetworkRules): NetworkRules {
  return { proxy, noProxy, caFile };
}

/** What went wrong at the proxy, before anything left for the service; undefined for anything else. */
function proxyProblem(error: unknown, proxy: URL, url: URL): ConnectionProblem | undefined {
  const values = { host: url.host, proxy: disarmLine(proxy.host) };
  for (let current = error, depth = 0; current instanceof Error && depth < 6; current = current.cause, depth += 1) {
    const [, status] = /^Proxy response \((\d+)\)/.exec(current.message) ?? [];
    if (status !== undefined) {
      const id = status === '407' ? 'connection.health.proxy.signIn' : 'connection.health.proxy.refused';
      return new ConnectionProblem('failing', say(id, { ...values, status }), `The proxy ${proxy.host} does not let requests to ${url.host} through (HTTP ${status}). Nothing was done.`);
    }
    if (isToProxy(current, proxy)) {
      return new ConnectionProblem('failing', say('connection.health.proxy.unreachable', values), `The proxy ${proxy.host} cannot be reached. Nothing was done.`);
    }
  }
  return undefined;
}

/** Whether a connection was not made, and the proxy is what it was for. */
function isToProxy(error: Error, proxy: URL): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every((one) => one instanceof Error && isToProxy(one, proxy));
  if ('syscall' in error && error.syscall === 'getaddrinfo') return 'hostname' in error && error.hostname === proxy.hostname;
  const port = proxy.port || (proxy.protocol === 'https:' ? '443' : '80');
  return 'syscall' in error && error.syscall === 'connect' && 'port' in error && String(error.port) === port;
}
