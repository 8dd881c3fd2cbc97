import { networksHold } from './ip-address.ts';

/** What somebody has set about the way to services on the web. */
export interface NetworkRules {
  /** `system`: what the environment says, else the system's own settings where the shell knows them; `none`: straight; else the proxy's address, without a password. */
  readonly proxy: string;
  /** Hosts that are reached straight, beside the environment's. */
  readonly noProxy: readonly string[];
  /** A PEM file with certificates to trust beside the system's; empty: none. */
  readonly caFile: string;
}

export interface ProxyPlan {
  readonly proxy: URL;
  readonly noProxy: readonly NoProxy[];
}

interface NoProxy {
  /** Without the dot before it; `*`: every host. */
  readonly host: string;
  /** Null: every port. */
  readonly port: string | null;
}

/**
 * The proxy in force; undefined: none. From the environment as curl and undici read it: `https_proxy`, then `http_proxy`, small
 * letters first; `no_proxy` for the hosts that are reached straight. What cannot be read as an address is none.
 */
export function planProxy({ proxy, noProxy }: NetworkRules, environment: NodeJS.ProcessEnv): ProxyPlan | undefined {
  const given = (name: string): string => environment[name] || environment[name.toUpperCase()] || '';
  const address = proxy === 'system' ? given('https_proxy') || given('http_proxy') : proxy === 'none' ? '' : proxy;
  const whole = address.includes('://') ? address : `http://${address}`;
  if (address === '' || !URL.canParse(whole)) return undefined;
  const url = new URL(whole);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  const listed = proxy === 'system' ? [...noProxy, ...given('no_proxy').split(/[,\s]+/)] : noProxy;
  return planFor(url, listed);
}

/** With hosts that are reached straight. */
export function planFor(proxy: URL, noProxy: readonly string[]): ProxyPlan {
  return { proxy, noProxy: noProxy.filter((entry) => entry !== '').map(readNoProxy) };
}

/** Whether a service is reached through the proxy: never one on this machine. A name stands for its subdomains too. */
export function goesThrough({ noProxy }: ProxyPlan, url: URL): boolean {
  if (isThisMachine(url)) return false;
  const host = url.hostname.toLowerCase();
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return !noProxy.some((entry) => (entry.host === '*' || host === entry.host || host.endsWith(`.${entry.host}`)) && (entry.port === null || entry.port === port));
}

const isLoopback = networksHold(['127.0.0.0/8', '::1/128', '::ffff:127.0.0.0/104']);

/** By its very name. */
function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || isLoopback(hostname.replaceAll(/^\[|\]$/g, ''));
}

/** Of the proxy's address: it is never shown. */
export function proxySecrets({ proxy }: ProxyPlan): readonly string[] {
  if (proxy.password === '') return [];
  return [...new Set([proxy.password, decoded(proxy.password)])];
}

function readNoProxy(entry: string): NoProxy {
  const [, host = entry, port = null] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  return { host: host.replace(/^\*?\./, '').toLowerCase(), port };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
