import type { ConnectionId } from '../../preload/contract.ts';
import type { ActionProfile } from '../model/action.ts';
import { disarm } from '../model/disarm.ts';
import { genericProfile } from '../model/generic-profile.ts';
import { say } from '../model/say.ts';
import type { ToolProfile } from '../model/tool-profile.ts';
import type { UpstreamTool } from '../model/upstream.ts';
import { compileProfile, type SayPhrase } from './describe-tool.ts';
import { commandPlace, shellToolProfile } from './shell-tool.ts';
import { fingerprintOf, hasShape } from './tool-shape.ts';

export interface ProfilesOptions {
  /** What comes with Countersign. */
  readonly shipped: readonly ToolProfile[];
  readonly sayPhrase: SayPhrase;
}

/** What is known of the tools of other people's servers, by their names and schemas. */
export class Profiles {
  readonly #shipped: ReadonlyMap<string, readonly ToolProfile[]>;
  readonly #sayPhrase: SayPhrase;
  #organization: ReadonlyMap<string, readonly ToolProfile[]> = new Map();
  #known = new WeakMap<UpstreamTool, Map<ConnectionId, ActionProfile | undefined>>();

  constructor({ shipped, sayPhrase }: ProfilesOptions) {
    this.#shipped = byTool(shipped);
    this.#sayPhrase = sayPhrase;
  }

  /** An organization's come before those that come with Countersign. */
  setOrganization(profiles: readonly ToolProfile[]): void {
    this.#organization = byTool(profiles);
    this.#known = new WeakMap();
  }

  /**
   * What a tool of a connection would do, as somebody described it; undefined when nobody did. What a server says of its own
   * tools (MCP, tool annotations) may raise doubts and never lower them: it may be wrong, or lie.
   */
  of(connection: ConnectionId, tool: UpstreamTool): ActionProfile | undefined {
    const known = this.#known.get(tool) ?? new Map<ConnectionId, ActionProfile | undefined>();
    this.#known.set(tool, known);
    if (!known.has(connection)) known.set(connection, this.#find(connection, tool));
    return known.get(connection);
  }

  #find(connection: ConnectionId, tool: UpstreamTool): ActionProfile | undefined {
    const fits = (profile: ToolProfile): boolean => (profile.connections?.includes(connection) ?? true) && isFor(profile, tool);
    const own = this.#organization.get(tool.name)?.find(fits);
    const shipped = this.#shipped.get(tool.name)?.find(fits);
    const profile = own ?? shipped;
    const { readOnlyHint, destructiveHint } = tool.annotations ?? {};
    const doubt = (text: string): ActionProfile => genericProfile(tool.name, disarm, [{ text: say(text), tone: 'stop' }]);
    if (profile === undefined) {
      const place = commandPlace(tool);
      if (place) return shellToolProfile(tool.name, place, destructiveHint === true ? [{ text: say('card.mark.saysDestructive'), tone: 'stop' }] : []);
      return destructiveHint === true ? doubt('card.mark.saysDestructive') : undefined;
    }
    if (profile.effect === 'read' && (destructiveHint === true || readOnlyHint === false)) return doubt('card.mark.saysOtherwise');
    const compiled = compileProfile(tool.name, profile, this.#sayPhrase);
    const saysOtherwise = own?.effect === 'read' && (shipped === undefined ? commandPlace(tool) !== undefined : shipped.effect !== 'read');
    return saysOtherwise ? { ...compiled, isDisputedEffect: true } : compiled;
  }
}

function byTool(profiles: readonly ToolProfile[]): ReadonlyMap<string, readonly ToolProfile[]> {
  const all = new Map<string, ToolProfile[]>();
  for (const profile of profiles) for (const name of profile.tools) all.set(name, [...(all.get(name) ?? []), profile]);
  return all;
}

function isFor({ fingerprints, shapes }: ToolProfile, { inputSchema }: UpstreamTool): boolean {
  if (shapes.some((shape) => hasShape(inputSchema, shape))) return true;
  if (fingerprints.length === 0) return false;
  const fingerprint = fingerprintOf(inputSchema);
  return fingerprint !== undefined && fingerprints.includes(fingerprint);
}
