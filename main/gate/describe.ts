import type { ActionAnswer, ActionRequest, Described, DescribeContext, FrozenAction, NotDescribedNow, Undescribable } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import type { Upstream } from '../model/upstream.ts';
import { freeze, freezeArguments } from './freeze.ts';
import { genericProfile } from './generic-profile.ts';
import type { GateParts } from './parts.ts';

/** An action whose arguments are frozen and described. */
export interface Known {
  readonly action: FrozenAction;
  readonly described: Described;
  readonly upstream: Upstream;
  /** What the connection led to before anything was looked up there. */
  readonly target: string;
}

type Rejected = ActionAnswer & { readonly kind: 'rejected' };

/** Milliseconds a profile may take to find out what an action would do. */
export const longestDescriptionMs = 90_000;

/** Step 2. What cannot be described, for whatever reason, is refused; never rejects. */
export async function describeRequest(request: ActionRequest, parts: GateParts): Promise<Known | Rejected> {
  const { tools, report } = parts;
  const target = parts.target(request.connection);
  try {
    const found = await tools.find(request.agent, request.connection, request.name).catch((error: unknown) => {
      report(String(error));
      return 'unavailable' as const;
    });
    if (found === 'unavailable') return rejected('unavailable', 'The service behind this tool cannot be reached right now. Nothing was done.');
    if (!found) return rejected('unknown_tool', `There is no tool "${request.name}" here.`);
    if (!isCanonical(request.arguments)) return rejected('invalid_arguments', 'The arguments hold text that is not valid Unicode, or a number that is none. Nothing was done.');
    const valid = tools.validate(found.tool, request.arguments);
    if (!valid.ok) return rejected('invalid_arguments', `${valid.text} Nothing was done.`);

    const args = freezeArguments(request.arguments);
    const { upstream } = found;
    const described = await within(describe(request, args, upstream, parts), request.signal, parts.clock);
    if ('invalid' in described) return rejected('invalid_arguments', `${described.invalid} Nothing was done.`);
    if ('unavailable' in described) return rejected('unavailable', `${described.unavailable} Nothing was done.`);
    const { kind, agent, connection, name } = request;
    const action = freeze({ kind, agent, connection, name, arguments: args }, parts.newActionId(), described.materials, parts.clock.now());
    return { action, described, upstream, target };
  } catch (error) {
    report(`A tool could not be described: ${String(error)}`);
    return rejected('unavailable', 'Countersign could not find out what this would do, so it was refused. Nothing was done.');
  }
}

async function describe(request: ActionRequest, args: JsonObject, upstream: Upstream, parts: GateParts): Promise<Described | Undescribable | NotDescribedNow> {
  const { agents, settings, activity, pause, disarm } = parts;
  // Paused means nothing passes: a profile may look something up at the service, the generic one never does.
  const isPaused = pause.isPaused || agents.isPaused(request.agent);
  const own = upstream.profile(request.name);
  const profile = (isPaused ? undefined : own) ?? genericProfile(request.name, disarm);
  const context: DescribeContext = {
    agentName: agents.name(request.agent),
    connectionName: parts.connectionName(request.connection),
    ownDomains: settings().ownDomains,
    attachmentFolders: settings().attachmentFolders,
    isFirstTime: (address) => activity.isFirstTime(address),
  };
  const described = await profile.describe(args, context);
  // What kind of thing it is needs no look-up.
  return isPaused && own && 'facts' in described ? { ...described, facts: { ...described.facts, effect: own.effect } } : described;
}

/** A description that takes for ever, or that nobody waits for any more, is none. */
async function within<T>(work: Promise<T>, signal: AbortSignal, clock: Clock): Promise<T | NotDescribedNow> {
  const over = Promise.withResolvers<NotDescribedNow>();
  const stopTimer = clock.after(longestDescriptionMs, () => over.resolve({ unavailable: 'The service did not answer in time.' }));
  const onAbort = (): void => over.resolve({ unavailable: 'The request was cancelled.' });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, over.promise]);
  } finally {
    stopTimer();
    signal.removeEventListener('abort', onAbort);
  }
}

/** Whether the arguments have a canonical form (RFC 8785): whole surrogate pairs, finite numbers. */
function isCanonical(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, part]) => key.isWellFormed() && isCanonical(part));
}

export function rejected(code: Rejected['code'], text: string): Rejected {
  return { kind: 'rejected', code, text };
}
