import type { ActionId, AgentId, Card, ConnectionId, Digest, Effect, GrantId, Message, Outcome } from '../../preload/contract.ts';
import type { AccountKind } from './account-number.ts';
import type { Conversation, RpcError } from './conversation.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { KnownContacts } from './known-contacts.ts';
import type { Reach } from './reach.ts';
import type { SecretKind } from './secret.ts';
import type { SigningNeed } from './signing.ts';

/** Cedar's action names for what an agent can attempt. */
export type ActionKind = 'invokeTool' | 'readResource' | 'getPrompt' | 'complete' | 'watchResource' | 'runCommand' | 'connect' | 'useCredential';

/** What `broker/` or `sandbox/` brings to the gate. */
export interface ActionRequest {
  readonly kind: ActionKind;
  readonly agent: AgentId;
  readonly connection: ConnectionId;
  /**
   * The upstream's own name of the tool or prompt, without the connection's prefix; for resources the URI (for
   * `complete` the prompt's name or the URI template that an argument is to be completed of).
   */
  readonly name: string;
  readonly arguments: JsonObject;
  /** How far the agent's token reaches; what is beyond it is refused. */
  readonly reach: Reach;
  /** Aborted when the client cancels or goes away. */
  readonly signal: AbortSignal;
  readonly conversation: Conversation;
}

/**
 * Bytes outside the arguments that the action would use (a file to attach), fixed by their hash when the action is
 * described. They are part of the digest; what is done with other bytes is refused.
 */
export interface Material {
  readonly path: string;
  readonly bytes: number;
  /** SHA-256, lower-case hex. */
  readonly sha256: string;
}

/** An action with everything that decides what would happen, deep-frozen. */
export interface FrozenAction {
  readonly id: ActionId;
  readonly kind: ActionKind;
  readonly agent: AgentId;
  readonly connection: ConnectionId;
  readonly name: string;
  readonly arguments: JsonObject;
  readonly materials: readonly Material[];
  readonly digest: Digest;
  readonly requestedAt: number;
}

export interface Recipient {
  readonly address: string;
  readonly domain: string;
  readonly isOutside: boolean;
  readonly isFirstTime: boolean;
}

/** What an action would do, in typed words, taken by our own code from the exact arguments. */
export interface Facts {
  readonly effect: Effect;
  /** The organization's profile says that it reads; what comes with Countersign, or how the tool looks, says otherwise. */
  readonly isDisputedEffect?: true;
  /** False: cannot be taken back once done. */
  readonly isReversible: boolean;
  readonly account?: string;
  readonly subject?: string;
  readonly recipients?: readonly Recipient[];
  /** Each recipient's address once, in lower case. */
  readonly recipientAddresses?: readonly string[];
  /** Each recipient's domain once, lower case; ASCII form (RFC 5891) as it was written. */
  readonly recipientDomains?: readonly string[];
  readonly recipientCount?: number;
  readonly outsideCount?: number;
  readonly firstTimeCount?: number;
  /** `bytes`: absent where the size is not known. */
  readonly attachments?: readonly { readonly name: string; readonly bytes?: number }[];
  /** Endings of the attached files' names, without the dot, lower case; empty text for one that has none. */
  readonly attachmentTypes?: readonly string[];
  /** Names of attached files that are not what their names say, by how those end or by what the files begin with. */
  readonly disguisedFiles?: readonly string[];
  readonly links?: readonly { readonly text: string; readonly host: string }[];
  readonly query?: string;
  /** Who is paid, as the arguments name them. */
  readonly payee?: string;
  /** True when no payment in the record went to that payee. */
  readonly isFirstTimePayee?: boolean;
  /** How much, in the smallest unit of the currency (ISO 4217): cents for EUR, yen for JPY. */
  readonly amountMinor?: number;
  /** ISO 4217, upper case. */
  readonly currency?: string;
  /** What is read or changed, as its service names it: a calendar, a channel, a page, a repository. */
  readonly resources?: readonly string[];
  /** Files and folders, as the arguments name them. */
  readonly paths?: readonly string[];
  /** Hosts that addresses in the arguments lead to, lower case, in ASCII form; each once. */
  readonly hosts?: readonly string[];
  /** The one place a connection leads to: a name in ASCII form, lower case, or an address in its shortest form (RFC 5952). */
  readonly host?: string;
  /** The host once more, where it is an address and no name. */
  readonly address?: string;
  /** TCP port, 1 to 65535. */
  readonly port?: number;
  /** The host is on this computer, inside the company's own network or the like; there where it is. */
  readonly isInternalPlace?: true;
  /** Of a request that could be seen: HTTP's method (RFC 9110, 9), and the path without the query. */
  readonly method?: string;
  readonly path?: string;
  /** Those of `hosts` that nothing in the record went to. */
  readonly firstTimeHosts?: readonly string[];
  /** Domains and hosts that imitate one of your own or of a known contact, or are written with letters beyond ASCII. */
  readonly doubtfulDomains?: readonly string[];
  /** It answers somebody outside the company whom nothing was sent to before; there where it is an answer. */
  readonly isReplyToStranger?: boolean;
  /** How many things it reads, changes or deletes at once. */
  readonly itemCount?: number;
  /** When what is planned begins, seconds since the Unix epoch. */
  readonly startsAt?: number;
  /** The URI of a resource in its normal form, for rules: `.` and `..` resolved, nothing escaped that need not be. */
  readonly uri?: string;
  /** What in the arguments looks like a secret; absent when nothing does. */
  readonly secrets?: readonly SecretKind[];
  /** The shell line or script, exactly as it was sent; the seven below are there with it. */
  readonly commandLine?: string;
  /** Names of all programs that were found in it, without their folders; those that others start among them. Each once. */
  readonly programs?: readonly string[];
  /** Everything that could run, with all its arguments, is known before it runs. */
  readonly isFullyKnown?: boolean;
  /** What was found in it that is worth a second look: the words of `Danger` in `main/commands/description.ts`. */
  readonly destructive?: readonly string[];
  /** Files that it would read or write, as far as its words say; one that is not named here may be touched all the same. */
  readonly pathsRead?: readonly string[];
  readonly pathsWritten?: readonly string[];
  /** Files that would be deleted, as the arguments name them. */
  readonly pathsDeleted?: readonly string[];
  /** It works on the agent's own copy of a folder, and changes nothing that is anybody else's; there where it does. */
  readonly isOnCopy?: true;
  /** The words of the one program that it is, where it is nothing else. */
  readonly argv?: readonly string[];
  /** `argv` in its order, written for a shell; only where a rule may bind it, see `main/commands/grant-scope.ts`. */
  readonly exactCommand?: string;
  /** Absolute path of the folder that it would run in, where it is known. */
  readonly folder?: string;
  /** What in the arguments looks like the number of an account, by kind and never by value; absent when nothing does. */
  readonly accountNumbers?: readonly AccountKind[];
  /** It was asked for outside of the person's working hours; the gate says so of every action. */
  readonly isOutOfHours?: boolean;
}

/** How the record tells it: `did` once done, `wanted` when it was refused or is still open. */
export interface Sentence {
  readonly did: Message;
  readonly wanted: Message;
  /** Things worth a word beside it: "one outside your company". */
  readonly details: readonly Message[];
}

/** The parts of a card that follow from the action alone; the gate adds why, the hold and what may be granted. */
export type CardBody = Omit<Card, 'why' | 'holdSeconds' | 'grants'>;

export type Risk = Card['risk'];

export interface Described {
  /** Standing answers that make sense for it; absent: every one that its facts allow. */
  readonly grants?: readonly GrantKind[];
  readonly facts: Facts;
  readonly materials: readonly Material[];
  readonly card: CardBody;
  readonly sentence: Sentence;
}

/** What a profile may ask about the world while it describes. */
export interface DescribeContext {
  readonly agentName: string;
  readonly connectionName: string;
  readonly ownDomains: readonly string[];
  readonly attachmentFolders: readonly string[];
  /** Where done actions of this app's record went; asked for only where something goes somewhere. */
  contacts(): Promise<KnownContacts>;
}

/** An argument that cannot be described: the agent is told, nothing is asked, nothing is done. */
export interface Undescribable {
  readonly invalid: string;
}

/** It could not be found out what the action would do, though its arguments may be right: a server is out of reach. */
export interface NotDescribedNow {
  readonly unavailable: string;
}

/** An argument that a person may change before they approve. */
export interface EditableField {
  /** Where it stands in the arguments (JSON Pointer, RFC 6901). */
  readonly at: string;
  readonly kind: 'line' | 'text' | 'people' | 'amount' | 'instant' | 'choice';
  readonly label: Message;
}

/** The value of one argument before and after a person changed it; null: there was, or is, none. */
export interface ArgumentChange extends EditableField {
  readonly before: JsonValue;
  readonly after: JsonValue;
}

/** What a standing answer for actions of a tool may be narrowed to; where a tool's profile names none, none is offered. */
export type GrantKind = 'same_action' | 'same_recipients' | 'same_resource';

/** One description per tool: what it would do, taken from the exact arguments. */
export interface ActionProfile {
  /** Cedar's action for it; absent: `invokeTool`. */
  readonly kind?: 'runCommand';
  readonly effect: Effect;
  /** As the fact of that name. */
  readonly isDisputedEffect?: true;
  /** What a Claw could do with this tool, as a sentence in the present: "Send emails from Work mail". */
  readonly ability: Message;
  /** Absent: nothing may be changed. */
  readonly editable?: readonly EditableField[];
  describe(args: JsonObject, context: DescribeContext): Promise<Described | Undescribable | NotDescribedNow>;
}

/** Which layer spoke, and how. */
export interface Decision {
  readonly answer: 'allow' | 'ask' | 'deny';
  readonly layer: 'organization' | 'personal' | 'built-in';
  /** The ids of the policies that decided, by their `@id`. */
  readonly policies: readonly string[];
  readonly title: string;
  readonly reason: string | null;
  /** The standing answer that allowed it. */
  readonly grant?: GrantId;
  /** On an allow: reading is watched here. The policies, the title and the reason are those of what would have asked. */
  readonly wouldAsk?: true;
  /** On an ask: what a yes takes beside the button. */
  readonly signing?: SigningNeed;
  /** Policies that could not be evaluated; they counted as deny (forbid) or ask (permit). */
  readonly errors: readonly string[];
}

/** Why an action ended without being done, or without anyone knowing: one word for programs, beside the text for the agent. */
export type EndReason =
  | 'denied_by_person'
  | 'no_answer'
  | 'nobody_to_ask'
  | 'withdrawn_by_agent'
  /** Whoever asked got their answer where this app has no part in it. */
  | 'allowed_elsewhere'
  | 'denied_elsewhere'
  | 'over_elsewhere'
  | 'unknown_elsewhere'
  | 'undone_by_person'
  | 'company_policy'
  | 'personal_rule'
  /** The rules changed after it was allowed or approved. */
  | 'rules_changed'
  /** Everything is paused. */
  | 'paused'
  | 'agent_paused'
  /** The agent was forgotten, or may not use that connection any more. */
  | 'access_removed'
  /** The token it came with does not reach that far. */
  | 'outside_token'
  /** The person has refused the very same thing twice since the start. */
  | 'refused_before'
  | 'not_recorded'
  | 'service_failed'
  | 'changed_since_approval'
  | 'interrupted'
  | 'outcome_uncertain';

/** The gate's answer to whoever brought the action. */
export type ActionAnswer =
  | {
      readonly kind: 'ended';
      readonly action: ActionId;
      readonly outcome: 'done' | 'done_with_changes';
      /** What the upstream gave (`CallToolResult`, `ReadResourceResult`, `GetPromptResult`), scrubbed. */
      readonly result: JsonObject;
      /** Names of the arguments that the person changed before they approved. */
      readonly changedFields?: readonly string[];
    }
  | {
      readonly kind: 'ended';
      readonly action: ActionId;
      readonly outcome: Exclude<Outcome, 'done' | 'done_with_changes'>;
      readonly reason: EndReason;
      /** For the agent, in English: what happened, whether anything was done, what to do next. */
      readonly text: string;
      readonly contact: string | null;
      /** Names of the arguments that the person had changed, where it may have been done. */
      readonly changedFields?: readonly string[];
      /** The service's own JSON-RPC error, scrubbed, where it refused or failed with one. */
      readonly error?: RpcError;
    }
  /** Still open: nothing was done yet; ask again with this id. */
  | { readonly kind: 'waiting'; readonly action: ActionId; readonly progress: 'waiting' | 'held' | 'doing'; readonly expiresAt: number; /** One of two has signed. */ readonly isSignedOnce?: true }
  /** Never became an action: nothing of that name, invalid arguments, too many questions open already. */
  | { readonly kind: 'rejected'; readonly code: RejectionCode; readonly text: string };

export type RejectionCode = 'unknown_tool' | 'unknown_resource' | 'unknown_prompt' | 'invalid_arguments' | 'unavailable' | 'too_many_waiting';
