import type { ActionAnswer, ActionKind, ActionProfile, ActionRequest, Described, DescribeContext, FrozenAction, NotDescribedNow, RejectionCode, Undescribable } from '../model/action.ts';
import type { Clock } from '../model/clock.ts';
import { disarmLine } from '../model/disarm.ts';
import type { JsonObject } from '../model/json.ts';
import { onBehalfOf } from '../model/on-behalf-of.ts';
import { reachesEffect } from '../model/reach.ts';
import type { SecretsFound } from '../model/secret.ts';
import { editableFields, mayBeEdited } from './edit-fields.ts';
import { findService, type FoundService } from './find-service.ts';
import { flagged } from './flagged.ts';
import { freeze, freezeArguments } from './freeze.ts';
import { genericProfile } from '../model/generic-profile.ts';
import { completionProfile, promptProfile, resourceProfile } from './offer-profiles.ts';
import { noticed } from './noticed.ts';
import type { GateParts } from './parts.ts';
import { keyProfile } from './key-profile.ts';
import { placeProfile } from './place-profile.ts';

/** An action whose arguments are frozen and described. */
export interface Known {
  readonly action: FrozenAction;
  readonly described: Described;
  readonly perform: FoundService['perform'];
  /** What the connection led to before anything was looked up there. */
  readonly target: string;
  /** Secrets that the agent sent; undefined: none. */
  readonly found: SecretsFound | undefined;
  /** Whether a person may change something of it before they approve. */
  readonly isEditable: () => boolean;
}

/** The parts of a request that its description depends on. */
export type Describable = Pick<ActionRequest, 'kind' | 'agent' | 'connection' | 'name' | 'reach' | 'signal'>;

export interface DescribedWithSecrets {
  readonly described: Described;
  /** Undefined: none. */
  readonly found: SecretsFound | undefined;
}

type Rejected = ActionAnswer & { readonly kind: 'rejected' };
type Description = Described | Undescribable | NotDescribedNow;

/** Milliseconds a profile may take to find out what an action would do. */
export const longestDescriptionMs = 90_000;
/** Characters of JSON that a card may have: what a person cannot look through is not put to them. */
export const largestCard = 1_000_000;
/** Characters of a tool's or prompt's name, or of a URI: a longer one no person could read, and no rule means. */
export const longestName = 8192;

/** Step 2. What cannot be described, for whatever reason, is refused; never rejects. */
export async function describeRequest(request: ActionRequest, parts: GateParts): Promise<Known | Rejected> {
  const { services, report } = parts;
  const { kind, agent, connection, name } = request;
  const target = parts.target(connection);
  try {
    if (!name.isWellFormed() || name.length > longestName) {
      return rejected('invalid_arguments', `The ${namedThing(kind)} is too long, or not valid Unicode. Nothing was done.`);
    }
    const found = await findService(request, parts).catch((error: unknown) => {
      report(String(error));
      return { unavailable: services.explain(error) ?? 'The service behind this cannot be reached right now.' };
    });
    if (found !== undefined && 'unavailable' in found) return rejected('unavailable', `${found.unavailable.replace(/ Nothing was done\.$/, '')} Nothing was done.`);
    if (!found) return rejected(unknownCode(kind), `There is no ${thing(kind)} "${disarmLine(name)}" here.`);
    const args = freezeArguments(request.arguments);
    if (!args) return rejected('invalid_arguments', 'The arguments hold text that is not valid Unicode, or a number that is none. Nothing was done.');
    const valid = found.tool && services.validate(found.tool, args);
    if (valid?.ok === false) return rejected('invalid_arguments', `${valid.text} Nothing was done.`);

    const description = await describeFrozen(request, args, found, parts);
    if ('invalid' in description) return rejected('invalid_arguments', `${description.invalid} Nothing was done.`);
    if ('unavailable' in description) return rejected('unavailable', `${description.unavailable} Nothing was done.`);
    const { described } = description;
    const action = freeze({ kind: whatItIs(request, found, parts), agent, connection, name, arguments: args }, parts.newActionId(), described.materials, parts.clock.now());
    const isEditable = (): boolean => mayBeEdited(described.facts) && editableFields(profileOf(request, found, parts), args, found.tool).length > 0;
    return { action, described, perform: found.perform, target, found: description.found, isEditable };
  } catch (error) {
    report(`An action could not be described: ${String(error)}`);
    return rejected('unavailable', 'Countersign could not find out what this would do, so it was refused. Nothing was done.');
  }
}

/** What frozen arguments would do, with the secrets that are in them. */
export async function describeFrozen(request: Describable, args: JsonObject, service: FoundService, parts: GateParts): Promise<DescribedWithSecrets | Undescribable | NotDescribedNow> {
  const description = await describe(request, args, service, parts);
  if (!('facts' in description)) return description;
  const described = noticed(description, args, parts.clock.now(), parts.settings());
  const found = parts.secrets.find({ name: request.name, arguments: args });
  return { described: found === undefined ? described : flagged(described, found, parts), found };
}

async function describe(request: Describable, args: JsonObject, service: FoundService, parts: GateParts): Promise<Description> {
  const { agents, settings, contacts, pause, clock } = parts;
  const { ownDomains, attachmentFolders } = settings();
  const context: DescribeContext = {
    agentName: agents.name(request.agent),
    connectionName: parts.connectionName(request.connection),
    ownDomains,
    attachmentFolders,
    contacts: () => contacts.now(),
  };
  const own = profileOf(request, service, parts);
  if (own === undefined) return generalProfile(request, parts).describe(args, context);
  // Paused means nothing passes, and neither does what a token does not reach: a profile may look something up at the service, the general ones never do.
  const mayLookUp = !pause.isPaused && !agents.isPaused(request.agent) && reachesEffect(request.reach, request.connection, own.effect);
  if (mayLookUp) {
    const described = await within(onBehalfOf(request.agent, () => own.describe(args, context)), request.signal, clock);
    return own.isDisputedEffect === true && 'facts' in described ? disputed(described) : described;
  }
  const described = await generalProfile(request, parts).describe(args, context);
  if (!('facts' in described)) return described;
  // What kind of thing it is needs no look-up.
  const { materials, card, sentence } = described;
  return { materials, card, sentence, facts: { ...described.facts, effect: own.effect } };
}

/** Somebody says that it reads, and somebody else that it does more. */
function disputed(described: Described): Described {
  const { facts, materials, sentence, grants } = described;
  return {
    ...(grants === undefined ? {} : { grants }),
    facts: { ...facts, isDisputedEffect: true },
    materials,
    sentence,
    get card() {
      return described.card;
    },
  };
}

/** Which of a connection's tools run commands, only their own profile says: whoever brings the action need not know. */
function whatItIs(request: Describable, service: FoundService, parts: GateParts): ActionKind {
  if (request.kind !== 'invokeTool' && request.kind !== 'runCommand') return request.kind;
  return profileOf(request, service, parts)?.kind ?? 'invokeTool';
}

/** What somebody wrote about a tool; undefined: nobody did. */
export function profileOf({ name, connection }: Pick<Describable, 'name' | 'connection'>, { upstream, tool }: FoundService, { profiles }: Pick<GateParts, 'profiles'>): ActionProfile | undefined {
  return tool === null ? undefined : (upstream?.profile(name) ?? profiles.of(connection, tool));
}

/** What can be said of an action that nobody described. */
function generalProfile({ kind, name }: Describable, { disarm }: GateParts): ActionProfile {
  switch (kind) {
    case 'readResource':
      return resourceProfile(name, 'resource');
    case 'watchResource':
      return resourceProfile(name, 'watch');
    case 'getPrompt':
      return promptProfile(name);
    case 'complete':
      return completionProfile(name);
    case 'connect':
      return placeProfile;
    case 'useCredential':
      return keyProfile(name);
    case 'invokeTool':
    case 'runCommand':
      return genericProfile(name, disarm);
  }
}

/** A description that takes for ever, or that nobody waits for any more, is none. */
async function within(work: Promise<Description>, signal: AbortSignal, clock: Clock): Promise<Description> {
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

export function rejected(code: RejectionCode, text: string): Rejected {
  return { kind: 'rejected', code, text };
}

function thing(kind: ActionKind): 'resource' | 'prompt' | 'tool' {
  if (kind === 'readResource' || kind === 'watchResource') return 'resource';
  return kind === 'getPrompt' || kind === 'complete' ? 'prompt' : 'tool';
}

function namedThing(kind: ActionKind): string {
  return thing(kind) === 'resource' ? 'URI of the resource' : `name of the ${thing(kind)}`;
}

function unknownCode(kind: ActionKind): RejectionCode {
  const codes = { resource: 'unknown_resource', prompt: 'unknown_prompt', tool: 'unknown_tool' } as const;
  return codes[thing(kind)];
}
