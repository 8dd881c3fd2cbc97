import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SandboxRuntimeConfig } from '@anthropic-ai/sandbox-runtime';
import { autorunNames } from '../autorun.ts';
import type { NetworkDecision } from '../network.ts';
import type { HelperPlan } from '../protocol.ts';

type Filter = NonNullable<SandboxRuntimeConfig['network']['filterRequest']>;

/** Where programs and what they need lies, on any Linux. */
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/opt', '/nix/store'];

/** Of /etc what programs need to run; no keys, no password hashes, nobody's services. */
const systemSettings = [
  'alternatives', 'ca-certificates', 'ca-certificates.conf', 'debian_version', 'fonts', 'gai.conf', 'group', 'host.conf', 'hosts', 'java-17-openjdk',
  'java-21-openjdk', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'lsb-release', 'magic', 'mime.types', 'nsswitch.conf', 'os-release', 'passwd',
  'pki/ca-trust', 'pki/tls/cert.pem', 'pki/tls/certs', 'pki/java', 'protocols', 'python3', 'python3.11', 'python3.12', 'python3.13', 'redhat-release', 'services',
  'ssl/cert.pem', 'ssl/certs', 'ssl/openssl.cnf', 'terminfo', 'timezone', 'vimrc', 'xml',
].map((name) => join('/etc', name));

/** What a run may never change inside its writable folders, at the folder's own level. */
export function protectedNames(writable: readonly string[]): readonly string[] {
  return writable.flatMap((folder) => autorunNames.map((name) => join(folder, name)));
}

/** How deep git repositories and settings of editors are looked for in a writable folder, to protect them. */
const searchDepth = 6;

const literally = (path: string): { path: string; literal: true } => ({ path, literal: true });

/**
 * The library's configuration for a plan on this system. `filterRequest` answers for every request inside an inspected connection;
 * `companyFile`: certificates that programs inside trust beside the system's.
 */
export function libraryConfig(plan: HelperPlan, seccompHelper: string | undefined, filterRequest: Filter, bubblewrap: string | undefined, companyFile: string | undefined): SandboxRuntimeConfig {
  const isLinux = process.platform === 'linux';
  const own = [...plan.readable, ...plan.writable, plan.folder, ...(seccompHelper === undefined ? [] : [dirname(seccompHelper)])];
  const system = isLinux ? [...systemFolders, ...systemSettings].filter((path) => existsSync(path)) : [];
  return {
    network: {
      allowedDomains: [],
      deniedDomains: plan.network === 'none' ? ['*'] : [],
      allowLocalBinding: false,
      deniedResolvedAddresses: [...plan.refusedNetworks],
      ...(plan.network === 'requests' || plan.network === 'requests only' ? { filterRequest, tlsTerminate: companyFile === undefined ? {} : { extraCaCertPaths: [companyFile] }, requireHostMatch: true } : {}),
      ...(plan.network === 'requests only' ? { refuseOpaqueTunnels: true } : {}),
      ...(plan.wayOut.proxy === null ? {} : { parentProxy: { http: plan.wayOut.proxy.address, https: plan.wayOut.proxy.address, noProxy: plan.wayOut.proxy.noProxy.join(',') } }),
      ...(plan.brokerSocket !== undefined && process.platform === 'darwin' ? { allowUnixSockets: [plan.brokerSocket] } : {}),
    },
    filesystem: {
      denyRead: hiddenFolders().map(literally),
      allowRead: [...system, ...own].map(literally),
      allowWrite: plan.writable.map(literally),
      denyWrite: protectedNames(plan.writable).map(literally),
    },
    allowPty: false,
    mandatoryDenySearchDepth: searchDepth,
    ...(bubblewrap === undefined ? {} : { bwrapPath: bubblewrap }),
  };
}

const macFolders = ['/Users', '/Volumes', '/private/var/root', '/private/tmp', '/private/var/folders', '/Library/Application Support', '/private/etc/ssh'];

/** On Linux everything is hidden and the system shown again; elsewhere programs need too much that has no list. */
function hiddenFolders(): readonly string[] {
  if (process.platform === 'win32') return windowsProfiles();
  if (process.platform !== 'darwin') return ['/'];
  return macFolders.filter((path) => existsSync(path));
}

function windowsProfiles(): readonly string[] {
  const profiles = join(process.env['SystemDrive'] ?? 'C:', '\\Users');
  try {
    return readdirSync(profiles).map((name) => join(profiles, name));
  } catch {
    return [profiles];
  }
}

/** The library's form of an answer. `tag`: headers by which what it has no form for is found again. */
export function toLibrary(decision: NetworkDecision, tag: readonly (readonly [name: string, value: string])[]): Awaited<ReturnType<Filter>> {
  if (decision.effect === 'deny') return { action: 'deny', reason: decision.reason };
  return {
    action: 'allow',
    ...(decision.removeHeaders === undefined ? {} : { removeHeaders: [...decision.removeHeaders] }),
    setHeaders: [...(decision.setHeaders ?? []), ...tag].map(([name, value]): [string, string] => [name, value]),
  };
}
