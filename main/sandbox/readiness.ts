import type { SandboxFacts } from './protocol.ts';

/** What stands between this machine and a sandbox; the screen has a sentence and the way to mend it for each. */
export type MissingPart =
  | { readonly part: 'bubblewrap' | 'socat' | 'ripgrep'; readonly mend: string }
  | { readonly part: 'old_bubblewrap'; readonly version: string; readonly mend: string }
  /** Ubuntu's AppArmor rule: the shipped profile lifts it for bubblewrap alone. */
  | { readonly part: 'user_namespaces'; readonly mend: string }
  | { readonly part: 'seccomp_helper' }
  | { readonly part: 'windows_set_up'; readonly mend: string }
  | { readonly part: 'platform' }
  /** Something else; the system's own words. */
  | { readonly part: 'other'; readonly text: string };

/** Whether code can run here, and how well it is held. */
export type Readiness =
  | { readonly state: 'full' }
  /**
   * `windows`: a restricted account and its firewall, with the limits that the library names. `administrator`: whoever runs
   * the app may do anything on this machine, and the kernel does not ask where: a run could change the system's settings.
   */
  | { readonly state: 'reduced'; readonly why: 'windows' | 'administrator'; readonly warnings: readonly string[] }
  | { readonly state: 'missing'; readonly parts: readonly MissingPart[] };

/** How this system installs a package. */
export type PackageTool = 'apt' | 'dnf' | 'pacman' | 'zypper' | 'other';

/** The first bubblewrap that can bound a folder in memory. */
const oldestBubblewrap = [0, 7] as const;

/** `profile`: where the shipped AppArmor profile lies. */
export function readReadiness(facts: SandboxFacts, platform: NodeJS.Platform, tool: PackageTool, profile: string): Readiness {
  const parts = missingParts(facts, platform, tool, profile);
  if (parts.length > 0) return { state: 'missing', parts };
  if (platform === 'win32') return { state: 'reduced', why: 'windows', warnings: facts.warnings };
  return facts.isAdministrator ? { state: 'reduced', why: 'administrator', warnings: facts.warnings } : { state: 'full' };
}

function missingParts(facts: SandboxFacts, platform: NodeJS.Platform, tool: PackageTool, profile: string): readonly MissingPart[] {
  if (platform === 'linux') return linuxParts(facts, tool, profile);
  if (platform === 'darwin') return facts.errors.map((text) => ({ part: 'other', text }));
  if (platform !== 'win32') return [{ part: 'platform' }];
  return facts.errors.length === 0 ? [] : [{ part: 'windows_set_up', mend: 'srt-win install' }];
}

function linuxParts({ errors, bubblewrap, trial, isUserNamespaceRestricted }: SandboxFacts, tool: PackageTool, profile: string): readonly MissingPart[] {
  const missing = errors.map((text): MissingPart => {
    if (/bubblewrap|bwrap/i.test(text) && bubblewrap === null) return { part: 'bubblewrap', mend: installLine(tool, 'bubblewrap') };
    if (/socat/i.test(text)) return { part: 'socat', mend: installLine(tool, 'socat') };
    if (/ripgrep|\brg\b/i.test(text)) return { part: 'ripgrep', mend: installLine(tool, 'ripgrep') };
    if (/seccomp/i.test(text)) return { part: 'seccomp_helper' };
    if (/not supported|unsupported/i.test(text)) return { part: 'platform' };
    return { part: 'other', text };
  });
  if (bubblewrap === null) return missing;
  if (isOlder(bubblewrap)) return [...missing, { part: 'old_bubblewrap', version: bubblewrap, mend: installLine(tool, 'bubblewrap') }];
  if (trial === null) return missing;
  const isNamespace = isUserNamespaceRestricted || /uid map|user namespace|No permissions to creat|Operation not permitted/i.test(trial);
  return [...missing, isNamespace ? { part: 'user_namespaces', mend: namespaceLine(isUserNamespaceRestricted, profile) } : { part: 'other', text: trial }];
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = oldestBubblewrap;
  return major < oldestMajor || (major === oldestMajor && minor < oldestMinor);
}

function namespaceLine(isAppArmor: boolean, profile: string): string {
  return isAppArmor
    ? `sudo install -m 644 '${profile}' /etc/apparmor.d/countersign-bwrap && sudo apparmor_parser -r /etc/apparmor.d/countersign-bwrap`
    : 'sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000';
}

function installLine(tool: PackageTool, name: string): string {
  switch (tool) {
    case 'apt':
      return `sudo apt-get install -y ${name}`;
    case 'dnf':
      return `sudo dnf install -y ${name}`;
    case 'pacman':
      return `sudo pacman -S --noconfirm ${name}`;
    case 'zypper':
      return `sudo zypper install -y ${name}`;
    case 'other':
      return name;
  }
}
