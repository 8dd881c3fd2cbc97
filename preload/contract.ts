/**
 * The IPC contract: every call and event between main and renderer, with types and zod schemas, and nothing else.
 * Main is the truth. The renderer pulls one snapshot, then applies pushed patches; it never computes a decision.
 * Text that came from an agent or a server reaches this contract already disarmed (see `main/model/disarm.ts`).
 * All instants are milliseconds since the Unix epoch.
 */
import { z } from 'zod';

// ---------------------------------------------------------------- identifiers

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
export const agentId = slug.brand<'AgentId'>();
export const connectionId = slug.brand<'ConnectionId'>();
export const actionId = z.uuid().brand<'ActionId'>();
export const approvalId = z.uuid().brand<'ApprovalId'>();
export const grantId = z.uuid().brand<'GrantId'>();
export const approverId = slug.brand<'ApproverId'>();
/** SHA-256 over the JCS form (RFC 8785) of the frozen action, lower-case hex. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/).brand<'Digest'>();
const instant = z.number().int().nonnegative();

export type AgentId = z.infer<typeof agentId>;
export type ConnectionId = z.infer<typeof connectionId>;
export type ActionId = z.infer<typeof actionId>;
export type ApprovalId = z.infer<typeof approvalId>;
export type GrantId = z.infer<typeof grantId>;
export type ApproverId = z.infer<typeof approverId>;
export type Digest = z.infer<typeof digest>;

// ---------------------------------------------------------------- words

export const effect = z.enum(['read', 'send', 'pay', 'change', 'delete', 'run', 'connect', 'unknown']);
export type Effect = z.infer<typeof effect>;

/** How an action ended. `waiting`, `held` and `doing` are not outcomes; see `progress`. */
export const outcome = z.enum(['done', 'done_with_changes', 'denied', 'blocked', 'timed_out', 'undone', 'failed', 'unknown']);
export type Outcome = z.infer<typeof outcome>;

export const progress = z.enum(['waiting', 'held', 'doing', ...outcome.options]);
export type Progress = z.infer<typeof progress>;

/** An ICU message in `renderer/locales/*.json`, with its values. Values are shown as they are: disarmed text, numbers. */
export const message = z.object({ id: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) });
export type Message = z.infer<typeof message>;

export const tone = z.enum(['neutral', 'good', 'mind', 'stop']);
export type Tone = z.infer<typeof tone>;

/** A chip beside a fact: "Outside your company", "First time". */
export const mark = z.object({ text: message, tone });
export type Mark = z.infer<typeof mark>;

// ---------------------------------------------------------------- the card

export const commandToken = z.enum(['plain', 'program', 'option', 'string', 'variable', 'operator', 'redirect', 'keyword', 'assignment', 'comment']);
export type CommandToken = z.infer<typeof commandToken>;

/** A line that both texts have, or one of them alone; `skipped` stands for lines that are the same. */
export const diffLine = z.discriminatedUnion('kind', [z.object({ kind: z.enum(['same', 'removed', 'added']), text: z.string() }), z.object({ kind: z.literal('skipped'), count: z.number().int() })]);
export type DiffLine = z.infer<typeof diffLine>;

export const row = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('people'),
    label: message,
    people: z.array(z.object({ address: z.string(), name: z.string().nullable(), marks: z.array(mark) })),
  }),
  z.object({ kind: z.literal('text'), label: message, text: z.string(), isStrong: z.boolean() }),
  z.object({ kind: z.literal('account'), label: message, address: z.string(), connection: z.string() }),
  z.object({
    kind: z.literal('files'),
    label: message,
    /** `bytes`: null where the size is not known. */
    files: z.array(z.object({ name: z.string(), bytes: z.number().int().nullable(), folder: z.string(), marks: z.array(mark) })),
  }),
  /** Text exactly as it will be sent, plain; links apart, as their text and the host they really lead to. */
  z.object({
    kind: z.literal('message'),
    label: message,
    text: z.string(),
    links: z.array(z.object({ text: z.string(), host: z.string(), marks: z.array(mark) })),
  }),
  /** Several texts of one kind: paths, names, addresses of pages. */
  z.object({ kind: z.literal('list'), label: message, items: z.array(z.object({ text: z.string(), marks: z.array(mark) })) }),
  /** `amount`: digits with a point, as `1250.00`; shown the way the person's locale writes that currency (ISO 4217). */
  z.object({ kind: z.literal('money'), label: message, amount: z.string().regex(/^-?\d{1,16}(?:\.\d{1,6})?$/), currency: z.string().regex(/^[A-Z]{3}$/) }),
  /**
   * `text` is what will be sent. `at`: what it says; null where that is no date. `clock` and `day` name no certain moment: a
   * time or a day wherever it is meant, which `at` holds as if it were meant in UTC.
   */
  z.object({ kind: z.literal('instant'), label: message, at: z.number().nullable(), precision: z.enum(['moment', 'clock', 'day']), text: z.string() }),
  /** What a program would be allowed, or where something goes, in our own words. */
  z.object({ kind: z.literal('sentences'), label: message, sentences: z.array(message) }),
  /** A shell line or script, in parts by what they are to a shell; together they are the whole of it. */
  z.object({ kind: z.literal('command'), label: message, segments: z.array(z.object({ kind: commandToken, text: z.string() })) }),
  /** Files that would be different, each with what would change in it. `lines`: null where it is no text, or too much to show; `bytes`: null for one that goes. */
  z.object({
    kind: z.literal('changes'),
    label: message,
    files: z.array(z.object({ path: z.string(), change: z.enum(['added', 'changed', 'deleted']), bytes: z.number().int().nullable(), marks: z.array(mark), lines: z.array(diffLine).nullable() })),
  }),
  /** The exact arguments, for a tool we have no words for. Indented JSON. */
  z.object({ kind: z.literal('arguments'), label: message, json: z.string() }),
]);
export type Row = z.infer<typeof row>;
export type ChangedFile = Extract<Row, { readonly kind: 'changes' }>['files'][number];

export const card = z.object({
  /** The question: "Send this email?" */
  headline: message,
  /** One sentence that stands alone: notification, tray, console, screen reader. */
  summary: message,
  /** What is unusual or cannot be taken back; shown first. */
  unusual: z.array(mark),
  rows: z.array(row),
  risk: z.enum(['normal', 'high']),
  /** High risk: the key fact that the person must tick before Approve arms. */
  confirm: message.nullable(),
  /** The person has to type the two digits that another window shows; which ones, only main knows. */
  asksNumber: z.literal(true).optional(),
  /** Why this is asked: the policy's own words, or ours for the built-in layer. */
  why: message,
  /** Seconds between Approve and doing it, in which Undo works. 0: done at once. */
  holdSeconds: z.number().int().min(0).max(120),
  /** Narrow standing answers that the person may give with their yes, narrowest first; absent where none makes sense. */
  grants: z.array(z.object({ id: z.string(), sentence: message })).optional(),
});
export type Card = z.infer<typeof card>;

/** What a person changed in one field of an action before they approved it. All its text is disarmed. */
export const fieldChange = z.discriminatedUnion('kind', [
  /** Null: nothing stood there, or nothing stands there any more. */
  z.object({ kind: z.literal('line'), label: message, before: z.string().nullable(), after: z.string().nullable() }),
  z.object({ kind: z.literal('people'), label: message, removed: z.array(z.string()), added: z.array(z.string()) }),
  z.object({ kind: z.literal('text'), label: message, lines: z.array(diffLine) }),
]);
export type FieldChange = z.infer<typeof fieldChange>;

/** A field of a question that the person may change. */
export const editField = z.object({
  /** Where it stands in the arguments (JSON Pointer, RFC 6901). */
  at: z.string(),
  kind: z.enum(['line', 'text', 'people', 'amount', 'instant', 'choice']),
  label: message,
  /** What a `choice` is made among. */
  options: z.array(z.string()).optional(),
  /** A list for `people` and `choice`, one text for everything else. Without the characters that nobody could see. */
  value: z.union([z.string(), z.array(z.string())]),
  /** How many characters that nobody could see were left out of `value`. */
  hiddenCharacters: z.number().int(),
  /** The most characters (entries of a list) that the tool takes; null: it names no limit. */
  longest: z.number().int().nullable(),
});
export type EditField = z.infer<typeof editField>;

/** A change that a person asks for; main looks whether that field may be changed at all. */
export const fieldEdit = z.object({
  at: z.string().max(1000),
  value: z.union([z.string().max(500_000), z.array(z.string().max(2000)).max(1000)]),
});
export type FieldEdit = z.infer<typeof fieldEdit>;

export const editProblem = z.object({
  /** The field it is about; null: all of it. */
  at: z.string().nullable(),
  /** The entry of a list, counted without empty ones. */
  entry: z.number().int().optional(),
  problem: message,
});
export type EditProblem = z.infer<typeof editProblem>;

/** `shown`: the card with that digest now waits. `wrong`: nothing was changed, and why is told beside the fields. */
export const editAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('shown'), digest }),
  z.object({ kind: z.literal('wrong'), problems: z.array(editProblem) }),
]);
export type EditAnswer = z.infer<typeof editAnswer>;

/** Somebody who may sign beside others, by name and with a passcode of their own. Never the passcode. */
export const approver = z.object({
  id: approverId,
  name: z.string(),
  /** Named by the organization alone. */
  groups: z.array(z.string()),
});
export type Approver = z.infer<typeof approver>;

/** What may be a passcode for signing; a new one has at least `signers.shortestPasscode` characters. */
const passcodeText = z.string().min(1).max(256);
const systemShown = z.strictObject({ by: z.literal('system') });
const passcodeShown = z.strictObject({ by: z.literal('passcode'), passcode: passcodeText });
/** What the person of this account shows to be it: through the system, or with the account's passcode. */
export const presenceShown = z.discriminatedUnion('by', [systemShown, passcodeShown]);
export type PresenceShown = z.infer<typeof presenceShown>;
/** What somebody shows to sign. A secret, on its way to main alone. */
export const signatureShown = z.discriminatedUnion('by', [systemShown, passcodeShown, z.strictObject({ by: z.literal('approver'), approver: approverId, passcode: passcodeText })]);
export type SignatureShown = z.infer<typeof signatureShown>;

/** Who can sign on this computer, and how. */
export const signers = z.object({
  /** The system can ask the person to prove that they are there (Touch ID). */
  hasTouchId: z.boolean(),
  hasPasscode: z.boolean(),
  /** Characters that a new passcode has at least. */
  shortestPasscode: z.number().int(),
  /** The passcode is not taken before then, after wrong tries or a reset. */
  waitsUntil: instant.nullable(),
  /** The organization lets the person start over without the passcode. */
  mayReset: z.boolean(),
  /** The organization says who the approvers are. */
  areManaged: z.boolean(),
  approvers: z.array(approver.extend({ hasPasscode: z.boolean() })),
});
export type Signers = z.infer<typeof signers>;

/** That a person was there and said yes to exactly that digest. */
export const signature = z.object({
  /** Null: whoever this account belongs to. */
  approver: approverId.nullable(),
  name: z.string().nullable(),
  groups: z.array(z.string()),
  how: z.enum(['passcode', 'touch_id']),
  at: instant,
  digest,
});
export type Signature = z.infer<typeof signature>;

export const approval = z.object({
  id: approvalId,
  kind: z.enum(['action', 'pairing']),
  agent: z.object({ id: agentId, name: z.string() }),
  /** Null for a pairing. */
  action: actionId.nullable(),
  connectionName: z.string().nullable(),
  /** What the person is answering; an answer that names another digest is refused. */
  digest,
  card,
  /** The person may change some of its fields before they approve. */
  isEditable: z.literal(true).optional(),
  /** A yes takes more than the button: one person who proves that they are there, or two who sign by name. `groups`: one of the two is of each of them. */
  signing: z.object({ people: z.union([z.literal(1), z.literal(2)]), groups: z.array(z.string()), signed: z.array(signature) }).optional(),
  /** What the person changed of what the Claw asked for; the card and the digest are those of the changed action. */
  edit: z.object({ at: instant, changes: z.array(fieldChange) }).optional(),
  /** Questions with the same key may be answered together. Absent where each has to be answered by itself. */
  stack: z.object({ key: z.string(), effect }).optional(),
  /** Nobody answered in time, and the person may allow exactly this once, for the next time. `grant`: they did; null: not yet. */
  nextTime: z.object({ grant: grantId.nullable() }).optional(),
  askedAt: instant,
  expiresAt: instant,
  answer: z.enum(['approved', 'denied', 'timed_out', 'withdrawn']).nullable(),
  answeredAt: instant.nullable(),
  /** What came of it, once known. */
  progress: progress.nullable(),
});
export type Approval = z.infer<typeof approval>;

/** An approved action waiting out its hold; Undo stops it. */
export const heldAction = z.object({ action: actionId, agentName: z.string(), summary: message, heldUntil: instant });
export type HeldAction = z.infer<typeof heldAction>;

/** A standing answer in force. */
export const grant = z.object({
  id: grantId,
  agent: z.object({ id: agentId, name: z.string() }),
  connectionName: z.string(),
  sentence: message,
  givenAt: instant,
  endsAt: instant,
  uses: z.number().int(),
  usesLeft: z.number().int(),
  lastUsedAt: instant.nullable(),
});
export type Grant = z.infer<typeof grant>;

/** A narrow rule that the person's own answers speak for. */
export const suggestion = z.object({
  /** The same for the same rule, also after a restart. */
  key: z.string(),
  agent: z.object({ id: agentId, name: z.string() }),
  /** All that it would allow, with its Claw and its connection, as one sentence: until when, and why. */
  sentence: message,
  /** How many approvals of the last seven days it comes from; there was no refusal among them. */
  approvals: z.number().int(),
  /** How often it could be used at most. */
  uses: z.number().int(),
  /** Cedar text, for the curious. */
  cedar: z.string(),
  /** The newest of the approvals, newest first. */
  answers: z.array(z.object({ action: actionId, at: instant, sentence: message })),
});
export type Suggestion = z.infer<typeof suggestion>;

/** The questions that were put to the person since midnight. */
export const questionsToday = z.object({
  asked: z.number().int(),
  approved: z.number().int(),
  /** Approved, denied, or not answered in time. */
  answered: z.number().int(),
  suggestion: suggestion.nullable(),
});
export type QuestionsToday = z.infer<typeof questionsToday>;

// ---------------------------------------------------------------- what the app knows

/** How the app treats one agent; a person changes each for itself. */
export const agentOptions = z.object({
  /** Seconds a call may keep this agent waiting before the honest "waiting for approval" result; null: `clientWaitSeconds`. */
  waitSeconds: z.number().int().min(1).max(600).nullable(),
  /** `search`: the agent is shown a search tool and a call tool instead of every tool. */
  toolMode: z.enum(['all', 'search']),
  /** Calls beyond it are refused until the minute is over. */
  callsPerMinute: z.number().int().min(60).max(1_000_000),
});
export type AgentOptions = z.infer<typeof agentOptions>;
export type AgentOption = keyof AgentOptions;

const folderText = z.string().trim().min(1).max(4096).regex(/^(?:~?\/|[A-Za-z]:[/\\]|~$)[^\0]*$/);

/** What a program that is started on this computer can reach, beside the folder of its own. */
export const sandboxAccess = z.strictObject({
  kind: z.literal('sandbox'),
  /** Folders (or files) that it may read. `~` at the start stands for the person's home. */
  readable: z.array(folderText).max(20),
  /** Folders that it may read and change. */
  writable: z.array(folderText).max(20),
  /** Places on the network, written as in the lists of places (docs/policy.md). */
  hosts: z.array(z.string().trim().min(1).max(300)).max(100),
});
/** `full`: all that the person's account can. */
export const serverAccess = z.discriminatedUnion('kind', [sandboxAccess, z.strictObject({ kind: z.literal('full') })]);
export type ServerAccess = z.infer<typeof serverAccess>;

/** How this app starts a Claw in a sandbox. No secret stands in it. */
export const clawRunInput = z.object({
  /** One program with its words, as a shell would read them. */
  command: z.string().trim().min(1).max(2000),
  /** Its own folder, where it starts and keeps what is its own. */
  folder: folderText,
  /** Folders that it may read, and that it may change, beside its own. */
  readable: z.array(folderText).max(20),
  writable: z.array(folderText).max(20),
  /** Lines of `NAME=value` for its environment. */
  variables: z.string().max(8000),
  startsWithApp: z.boolean(),
});
export type ClawRunInput = z.infer<typeof clawRunInput>;

export const clawRun = z.object({
  ...clawRunInput.shape,
  state: z.enum(['stopped', 'starting', 'running', 'frozen', 'stopping']),
  since: instant.nullable(),
  /** How it ended by itself, or why it could not be started; null: it was stopped, or never ran. */
  last: z.object({ code: z.number().int().nullable(), signal: z.string().nullable(), limit: z.string().nullable(), at: instant, problem: message.nullable() }).nullable(),
  /** `memory`: bytes; `processor`: 1 is one processor at full work. Null: not known yet. */
  figures: z.object({ processes: z.number().int(), memory: z.number(), processor: z.number() }).nullable(),
});
export type ClawRun = z.infer<typeof clawRun>;

export const agent = z.object({
  id: agentId,
  name: z.string(),
  isPaused: z.boolean(),
  isManaged: z.boolean(),
  isPractice: z.boolean(),
  pairedAt: instant,
  lastSeenAt: instant.nullable(),
  /** Questions put to the person because of this agent in the last 7 days. */
  askedThisWeek: z.number().int(),
  /** Names of the connections it may use. */
  connections: z.array(z.object({ id: connectionId, name: z.string() })),
  /** It may use every connection, also ones added later; `connections` then lists those of now. */
  usesEveryConnection: z.boolean(),
  ...agentOptions.shape,
  /** The options that the organization fixed. */
  lockedOptions: z.array(agentOptions.keyof()),
  /** Null: somebody else starts it. */
  run: clawRun.nullable(),
  /** What its OpenClaw asks before it runs a command of its own is answered here; absent: it is not. */
  ownCommands: z.object({ gateway: z.string(), state: z.enum(['connecting', 'connected', 'unpaired', 'refused', 'no_token']) }).optional(),
});
export type Agent = z.infer<typeof agent>;

/** Seconds a call to a connection may take before it is cut off. */
export const callTimeoutSeconds = z.number().int().min(1).max(600);

/** The sign-in of a remote connection, which the person does in the browser (OAuth). Never a token. */
export const browserSignIn = z.object({
  /** The host where the person signs in; null: not known yet. */
  at: z.string().nullable(),
  /** Who signed in, as that host calls them. */
  account: z.string().nullable(),
  since: instant.nullable(),
  /** The sign-in that is under way: `client` waits for the person to name a client id, `browser` for the browser to come back. */
  stage: z.enum(['finding', 'client', 'browser', 'finishing']).nullable(),
  /** Why the last attempt failed. */
  problem: message.nullable(),
  /** What a client has to be registered with, where somebody registers one by hand. */
  redirectAddress: z.string(),
});
export type BrowserSignIn = z.infer<typeof browserSignIn>;

/** The sign-in of a remote connection with a key of its service's own. Never the key. */
export const keySignIn = z.object({
  kind: z.enum(['header', 'query', 'certificate']),
  /** The header or the parameter of the address that carries the key; the certificate's file. */
  name: z.string(),
  /** When the certificate ends, once it was read; null for a key. */
  validUntil: instant.nullable(),
  /** The program that gives the key or the passphrase when it is needed; null: a person enters it. */
  program: z.string().nullable(),
});
export type KeySignIn = z.infer<typeof keySignIn>;

export const connection = z.object({
  id: connectionId,
  name: z.string(),
  kind: z.enum(['email', 'practice', 'command', 'remote', 'workbench']),
  /** The account (an email address), the command line, or the URL: what it reaches, in a person's words. */
  reaches: z.string(),
  /** `locked`: its credential lies in a keychain that is locked; see `unlockKeychain`. */
  health: z.object({ state: z.enum(['ready', 'idle', 'needs_sign_in', 'locked', 'failing']), text: message.nullable() }),
  isManaged: z.boolean(),
  lastUsedAt: instant.nullable(),
  /** Where its credential is kept; null when it needs none. The value itself never comes here. */
  credential: z
    .object({
      what: z.enum(['password', 'sign_in', 'key', 'passphrase']),
      /** `program`: nowhere; a program gives it when it is needed. */
      kept: z.enum(['keychain', 'session', 'locked', 'missing', 'program']),
      /** 0 for what a program gives. */
      since: instant,
      /** `by`: the name of the Claw it was used for; null: Countersign itself, to check or renew the sign-in. */
      lastUse: z.object({ at: instant, by: z.string().nullable() }).nullable(),
    })
    .nullable(),
  /** Null for a connection without a sign-in in the browser. */
  browserSignIn: browserSignIn.nullable(),
  /** Null for a connection that signs in without an API key. */
  keySignIn: keySignIn.nullable(),
  /** Null for a connection that starts no program. */
  access: serverAccess.nullable(),
  callTimeoutSeconds,
});
export type Connection = z.infer<typeof connection>;

export const toolRule = z.enum(['allow', 'ask', 'never']);
export type ToolRule = z.infer<typeof toolRule>;

export const tool = z.object({
  name: z.string(),
  /** What a Claw could do with it, as a sentence. */
  sentence: message,
  description: z.string(),
  effect,
  rule: toolRule,
  /** True when the person chose this rule; false when a profile or the organization did. */
  isOwnChoice: z.boolean(),
  /** Set when the organization decides: the person cannot change it. */
  isLocked: z.boolean(),
});
export type Tool = z.infer<typeof tool>;

export const rulesProfile = z.enum(['relaxed', 'balanced', 'strict']);
export type RulesProfile = z.infer<typeof rulesProfile>;

export const rule = z.object({
  id: z.string(),
  layer: z.enum(['organization', 'personal', 'built-in']),
  /** The rule as a sentence. An organization's rule shows its @title as it is written. */
  sentence: message,
  answer: z.enum(['allow', 'ask', 'deny']),
  /** Cedar text, for the curious and for IT. */
  cedar: z.string(),
  problem: message.nullable(),
});
export type Rule = z.infer<typeof rule>;

export const rules = z.object({ profile: rulesProfile, isProfileLocked: z.boolean(), list: z.array(rule) });
export type Rules = z.infer<typeof rules>;

export const decisionView = z.object({
  answer: z.enum(['allow', 'ask', 'deny']),
  /** On an allow: reading is watched here; the rule is the one that would have asked. */
  wouldAsk: z.literal(true).optional(),
  layer: z.enum(['organization', 'personal', 'built-in']),
  /** The title of the rule that decided. */
  title: z.string(),
  reason: z.string().nullable(),
});
export type DecisionView = z.infer<typeof decisionView>;

/** The address of a proxy. It never holds a password. */
function isProxyAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '' && pathname === '/' && search === '' && hash === '';
}

/** A path that leads to the same file wherever the app was started. */
const wholePath = z.string().max(4096).regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\)[^\0]+$/);

/** The languages of the app, as BCP 47 tags: each has its catalog in `renderer/locales/`. */
export const languages = ['en', 'de', 'fr', 'ja'] as const;
export type Language = (typeof languages)[number];

/** How people are spoken to. Main decides it, once for everything they see. */
export const locale = z.object({
  /** Whose texts are shown. */
  language: z.enum(languages),
  /** For dates, numbers and sorting: the person's own region of that language (BCP 47). */
  tag: z.string(),
  direction: z.enum(['ltr', 'rtl']),
});
export type Locale = z.infer<typeof locale>;

/** Preferences. `main/settings` holds them; a key the organization fixed is listed in `lockedSettings`. */
export const settings = z.object({
  theme: z.enum(['system', 'light', 'dark']),
  /** `system`: the first of the system's preferred languages that the app has, else English. */
  language: z.enum(['system', ...languages]),
  /** Seconds a question stays open before it is refused. */
  answerWithinSeconds: z.number().int().min(10).max(3600),
  /** Seconds a tool call may keep its client waiting before the honest "waiting for approval" result. */
  clientWaitSeconds: z.number().int().min(1).max(600),
  /** Seconds an approved send, payment or deletion waits so that it can be undone. */
  sendHoldSeconds: z.number().int().min(0).max(120),
  payHoldSeconds: z.number().int().min(0).max(120),
  deleteHoldSeconds: z.number().int().min(0).max(120),
  openAtLogin: z.boolean(),
  /** Claws have to sign in anew once the screen was locked. */
  signOutOnLock: z.boolean(),
  notifications: z.boolean(),
  /** Domains that count as "your company". */
  ownDomains: z.array(z.string().regex(/^[a-z0-9.-]+$/)).max(50),
  /** The person's working hours, by this computer's time zone: what is asked for outside of them is marked so. */
  workDays: z.array(z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])).max(7),
  /** `07:00`; an end that is not after the start is meant on the next day, and the same as the start is the whole day. */
  workStart: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'should be a time of day, as "07:00"'),
  workEnd: z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'should be a time of day, as "20:00"'),
  /** Ids of connections where reading that would be asked about is done without a question, and recorded as such; `*`: every connection. */
  watchReads: z.array(z.union([z.literal('*'), slug], 'should be the id of a connection, or "*"')).max(100),
  /** Folders (absolute paths) that attachments may come from. */
  attachmentFolders: z.array(z.string().min(1)).max(50),
  /** The way to services on the web: what the environment says, straight, or the address of a proxy. */
  proxy: z.string().max(2048).refine((text) => text === 'system' || text === 'none' || isProxyAddress(text), 'should be "system", "none" or an address such as "http://proxy.example:8080", without a password'),
  /** Hosts that are reached without the proxy, with `*.` or a dot for a domain and `:port` for one port. */
  noProxy: z.array(z.string().regex(/^[A-Za-z0-9.*:[\]-]{1,253}$/)).max(50),
  /** A PEM file with certificates to trust beside the system's; empty: none. */
  caFile: z.string().max(4096).refine((text) => text === '' || wholePath.safeParse(text).success, 'should be the whole path to a file'),
  /** Places on the network that code run for Claws may and may not reach: names, `*.` for one label and `**.` for any, networks, `:port`. */
  allowedHosts: z.array(z.string().min(1).max(300)).max(200),
  deniedHosts: z.array(z.string().min(1).max(300)).max(200),
  isFirstRunDone: z.boolean(),
});
export type Settings = z.infer<typeof settings>;

export const status = z.object({
  version: z.string(),
  shell: z.enum(['electron', 'preview', 'console']),
  isPaused: z.boolean(),
  tray: z.enum(['quiet', 'waiting', 'paused', 'attention']),
  /** `session`: there is none, so credentials are kept in memory until the app quits. */
  keychain: z.enum(['os', 'session', 'locked']),
  /** What needs the person's attention (a sign-in expired, no keychain, a broken managed file). */
  problems: z.array(message),
  /** The address agents connect to. */
  mcpUrl: z.string(),
  managedBy: z.object({ name: z.string(), contact: z.string().nullable() }).nullable(),
  /** False: the organization lets programs of connections run in the sandbox alone. */
  mayGiveFullAccess: z.boolean(),
  record: z.object({ state: z.enum(['intact', 'broken', 'unchecked']), since: instant.nullable(), checkedAt: instant.nullable() }),
  /** Grows with every event recorded; a screen that shows activity asks again when it changes. */
  activityRevision: z.number().int(),
});
export type Status = z.infer<typeof status>;

export const snapshot = z.object({
  status,
  settings,
  locale,
  lockedSettings: z.array(z.string()),
  /** Waiting first (oldest first), then today's answers (newest first). */
  approvals: z.array(approval),
  held: z.array(heldAction),
  /** Newest first. */
  grants: z.array(grant),
  today: questionsToday,
  agents: z.array(agent),
  connections: z.array(connection),
  rules,
  signers,
});
export type Snapshot = z.infer<typeof snapshot>;

// ---------------------------------------------------------------- activity

export const activityEntry = z.object({
  action: actionId,
  at: instant,
  agent: z.object({ id: agentId, name: z.string() }).nullable(),
  connection: z.object({ id: connectionId, name: z.string() }).nullable(),
  effect,
  /** "sent “Q3 price list” to 4 people": what was done, or what was wanted, by the outcome. */
  sentence: message,
  /** "You approved", "one outside Acme": joined with a middle dot. */
  details: z.array(message),
  progress,
});
export type ActivityEntry = z.infer<typeof activityEntry>;

export const activityFilter = z.object({
  text: z.string().max(200),
  agent: agentId.nullable(),
  connection: connectionId.nullable(),
  progress: progress.nullable(),
  /** Only what was read without a question because reading is watched. */
  wouldAsk: z.literal(true).optional(),
  from: instant.nullable(),
  to: instant.nullable(),
});
export type ActivityFilter = z.infer<typeof activityFilter>;

export const activityPage = z.object({ entries: z.array(activityEntry), next: z.string().nullable() });
export type ActivityPage = z.infer<typeof activityPage>;

export const activityDetail = z.object({
  entry: activityEntry,
  tool: z.string(),
  digest,
  /** The exact arguments as the Claw sent them, secrets masked, indented JSON. */
  arguments: z.string(),
  /** What the person changed before they approved it; absent: nothing. `digest`: of what they approved. */
  edit: z.object({ at: instant, by: z.string(), digest, changes: z.array(fieldChange) }).optional(),
  /** What the person would have changed and the rules did not allow, oldest first, with the rule; absent: nothing. */
  refusedEdits: z.array(z.object({ at: instant, changes: z.array(fieldChange), decision: decisionView })).optional(),
  decision: decisionView.nullable(),
  /** Each recorded event of this action in order, with its hash in the chain. */
  steps: z.array(z.object({ at: instant, text: message, hash: z.string() })),
});
export type ActivityDetail = z.infer<typeof activityDetail>;

export const activityDay = z.object({ day: z.string(), done: z.number().int(), asked: z.number().int(), stopped: z.number().int() });
export type ActivityDay = z.infer<typeof activityDay>;

// ---------------------------------------------------------------- calls

/** An expected failure is a value: what happened, in words for the person. */
const result = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('ok', [z.object({ ok: z.literal(true), value }), z.object({ ok: z.literal(false), problem: message })]);
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Message };

/** How a mailbox signs in in the person's browser: at a provider that is known, or at any other by its issuer. */
export const mailSignIn = z
  .strictObject({
    kind: z.literal('oauth'),
    provider: z.enum(['google', 'microsoft']).optional(),
    issuer: z.url({ protocol: /^https?$/ }).max(2048).optional(),
    clientId: z.string().min(1).max(2048).optional(),
    scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/)).max(50).optional(),
  })
  .refine(({ provider, issuer }) => (provider === undefined) !== (issuer === undefined), 'should have either "provider" or "issuer"');
export type MailSignIn = z.infer<typeof mailSignIn>;

/** A folder that Claws may run code in. `~` at its start stands for the person's home. */
const fieldName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/);
/** A key that code in a workbench may use and never sees: what stands for it is in that variable. */
export const lentKey = z.object({
  variable: z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/),
  /** Names, with `:port` where it is not 443. */
  hosts: z.array(z.string().regex(/^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::[1-9]\d{0,4})?$/)).min(1).max(10),
  /** Where in a request it belongs: `Authorization: Bearer`, a header of that name, the password of a user, a part of the address. */
  place: z.discriminatedUnion('kind', [z.object({ kind: z.literal('bearer') }), z.object({ kind: z.literal('header'), name: fieldName }), z.object({ kind: z.literal('basic') }), z.object({ kind: z.literal('query'), name: fieldName })]),
});
export type LentKey = z.infer<typeof lentKey>;
/** With its value, which goes into the keychain. */
export const lentKeyInput = lentKey.extend({ value: z.string().regex(/^[\x21-\x7e]{8,4096}$/) });

export const workbenchInput = z.object({
  name: z.string().trim().min(1).max(60),
  folder: folderText,
  /** Claws work on a copy of the folder, and what they change is kept when it is allowed. */
  isOnCopy: z.boolean(),
  /** Each variable once. */
  keys: z.array(lentKeyInput).max(10).refine((keys) => new Set(keys.map(({ variable }) => variable)).size === keys.length),
});
export type WorkbenchInput = z.infer<typeof workbenchInput>;

const port = z.number().int().min(1).max(65535);
const mailServer = z.object({ host: z.string().min(1).max(253), port, security: z.enum(['tls', 'starttls']) });
export const emailAccountInput = z.object({
  name: z.string().trim().min(1).max(60),
  address: z.email().max(254),
  user: z.string().min(1).max(254),
  password: z.string().min(1).max(4096),
  imap: mailServer,
  smtp: mailServer,
});
export type EmailAccountInput = z.infer<typeof emailAccountInput>;

/** A mailbox at a provider that is known; its servers are, too. */
export const emailSignInInput = z.object({ ...emailAccountInput.pick({ name: true, address: true }).shape, provider: z.enum(['google', 'microsoft']) });
export type EmailSignInInput = z.infer<typeof emailSignInInput>;

/** What the transport itself sends, and what would change what a request is. */
const ownHeaders: ReadonlySet<string> = new Set(['accept', 'connection', 'content-encoding', 'content-length', 'content-type', 'expect', 'host', 'keep-alive', 'last-event-id', 'te', 'trailer', 'transfer-encoding', 'upgrade']);
/** A header's name (RFC 9110, section 5.1). */
const keyHeader = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/)
  .refine((name) => !ownHeaders.has(name.toLowerCase()) && !/^(?:mcp|proxy|sec)-/i.test(name), 'is a header that Countersign sends itself');
/** Longer than any key or passphrase that is known. */
export const keyText = z.string().min(1).max(8192);

/**
 * A program that writes a secret to its output, such as `op read op://…`. It is run without a shell; a name is looked up in
 * `PATH`, and a path has to be whole.
 */
export const secretCommand = z.strictObject({
  command: z.string().max(4096).regex(/^(?:[^/\\\0]+|\/[^\0]+|(?:[A-Za-z]:)?\\[^\0]+)$/),
  args: z.array(z.string().max(4096).regex(/^[^\0]*$/)).max(100),
});
export type SecretCommand = z.infer<typeof secretCommand>;

/** How requests to a remote server are signed. It never says a secret. */
export const signInConfig = z.discriminatedUnion('kind', [
  /** In the person's browser. */
  z.strictObject({
    kind: z.literal('oauth'),
    /** The client that somebody registered at the authorization server beforehand. */
    clientId: z.string().min(1).max(2048).optional(),
    /** The one authorization server that may be used; it may be on a private network. */
    issuer: z.url({ protocol: /^https?$/ }).max(2048).optional(),
    /** Scopes to ask for, in place of those that the server names (RFC 6749, section 3.3). */
    scopes: z.array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/)).max(50).optional(),
  }),
  /** With an API key in a header. `prefix` stands before the key; a word gets a space after it. */
  z.strictObject({ kind: z.literal('header'), name: keyHeader, prefix: z.string().regex(/^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$/).optional(), secretCommand: secretCommand.optional() }),
  /** With an API key in a query parameter of the address. */
  z.strictObject({ kind: z.literal('query'), name: z.string().regex(/^[!-~]{1,100}$/), secretCommand: secretCommand.optional() }),
  /**
   * With a certificate in the TLS handshake: PEM with its key in a file of its own or in the same one, or PKCS#12. `secretCommand`
   * gives the passphrase; without it a person enters one where it is needed.
   */
  z.strictObject({ kind: z.literal('certificate'), certificateFile: wholePath, keyFile: wholePath.optional(), secretCommand: secretCommand.optional() }),
]);
export type SignInConfig = z.infer<typeof signInConfig>;

export const serverInput = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    name: z.string().trim().min(1).max(60),
    command: z.string().min(1).max(4096),
    args: z.array(z.string().max(4096)).max(100),
  }),
  z.object({ kind: z.literal('remote'), name: z.string().trim().min(1).max(60), url: z.url().max(2048), signIn: signInConfig.optional() }),
]);
export type ServerInput = z.infer<typeof serverInput>;

const [commandServer, remoteServer] = serverInput.options;
/** What a person adds: with the key, where the service takes one. */
export const newServerInput = z.discriminatedUnion('kind', [commandServer.extend({ access: serverAccess }), remoteServer.extend({ key: keyText.optional() })]);
export type NewServerInput = z.infer<typeof newServerInput>;

/** How a Claw is told to connect. Contains no secret. */
export const agentInstructions = z.object({ agent: agentId, command: z.string(), args: z.array(z.string()), json: z.string() });
export type AgentInstructions = z.infer<typeof agentInstructions>;

export const screen = z.enum(['inbox', 'activity', 'claws', 'connections', 'rules', 'settings']);
export type Screen = z.infer<typeof screen>;

const nothing = z.void();
const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O) => ({ input, output });

export const calls = {
  getSnapshot: call(nothing, snapshot),

  /** One answer for questions of one stack: for exactly those named, and for none that joined since. */
  answerStack: call(
    z.object({ cards: z.array(z.object({ id: approvalId, digest })).min(2).max(100), answer: z.enum(['approve', 'deny']), reason: z.string().max(500).nullable() }),
    result(z.null()),
  ),
  answerApproval: call(
    z.object({
      id: approvalId,
      digest,
      answer: z.enum(['approve', 'deny']),
      /** The key fact of a high-risk card was ticked. */
      isConfirmed: z.boolean(),
      /** What was typed, where the card asks for a number. */
      number: z.number().int().min(0).max(99).optional(),
      reason: z.string().max(500).nullable(),
      /** One of the card's `grants`, given with the yes. */
      grant: z.string().max(100).optional(),
      /** Where the card has to be signed. */
      signature: signatureShown.optional(),
    }),
    result(z.null()),
  ),
  /** What may be changed of a waiting question. */
  startEdit: call(z.object({ id: approvalId, digest }), result(z.object({ fields: z.array(editField) }))),
  /**
   * Changes fields of a waiting question; null takes every change back. Main checks and describes it anew: what may then be
   * approved is the card of the changed action, with another digest.
   */
  editApproval: call(z.object({ id: approvalId, digest, edits: z.array(fieldEdit).max(50).nullable() }), result(editAnswer)),
  /** `current`: the passcode that there is, or the system's way; null: neither is there. */
  setPasscode: call(z.object({ current: presenceShown.nullable(), next: passcodeText }), result(z.null())),
  /** Forgets the passcode: ends standing answers, denies what waits. A new one counts only after a day, unless the system proves who asks. */
  resetPasscode: call(nothing, result(z.null())),
  /** `approver`: one whom the organization names and who has no passcode yet; null: a new one by `name`. `presence` is this account's. */
  addApprover: call(z.object({ presence: presenceShown, approver: approverId.nullable(), name: z.string().trim().max(60), passcode: passcodeText }), result(z.null())),
  /** Takes an approver off the list; of one whom the organization names, the passcode alone. */
  removeApprover: call(z.object({ presence: presenceShown, approver: approverId }), result(z.null())),
  /** Of a question that nobody answered in time: exactly that action is let through once, today. */
  allowNextTime: call(z.object({ id: approvalId, digest }), result(z.null())),
  /** Makes the rule that is suggested under that key; refused once the record does not speak for it any more. */
  makeSuggestedRule: call(z.object({ key: z.string().max(200) }), result(z.null())),
  /** "Not now": that rule is not suggested for thirty days. */
  silenceSuggestion: call(z.object({ key: z.string().max(200) }), result(z.null())),
  revokeGrant: call(z.object({ id: grantId }), result(z.null())),
  undoAction: call(z.object({ action: actionId }), result(z.null())),
  setPaused: call(z.object({ isPaused: z.boolean() }), result(z.null())),

  addAgent: call(z.object({ name: z.string().trim().min(1).max(60) }), result(agentInstructions)),
  getAgentInstructions: call(z.object({ id: agentId }), result(agentInstructions)),
  /** Answers the commands that an OpenClaw asks about, for that Claw. Null: the gateway of this computer, as OpenClaw's own file names it. */
  answerOwnCommands: call(z.object({ id: agentId, gateway: z.object({ url: z.string().max(500), token: z.string().min(1).max(2000) }).nullable() }), result(z.null())),
  stopOwnCommands: call(nothing, result(z.null())),
  renameAgent: call(z.object({ id: agentId, name: z.string().trim().min(1).max(60) }), result(z.null())),
  setAgentPaused: call(z.object({ id: agentId, isPaused: z.boolean() }), result(z.null())),
  /** `connections: null` means every connection, also later ones. */
  setAgentConnections: call(z.object({ id: agentId, connections: z.array(connectionId).nullable() }), result(z.null())),
  /** Changes the options that are given, all or none; refused when one of them is fixed by the organization. */
  setAgentOptions: call(z.object({ id: agentId, ...agentOptions.partial().shape }), result(z.null())),
  forgetAgent: call(z.object({ id: agentId }), result(z.null())),
  /** `sees`: folders that it has to see because it is installed there. A sandbox is not started for that. */
  setClawRun: call(z.object({ id: agentId, run: clawRunInput }), result(z.object({ sees: z.array(z.string()) }))),
  /** Ends it first. Its folder stays. */
  removeClawRun: call(z.object({ id: agentId }), result(z.null())),
  startClaw: call(z.object({ id: agentId }), result(z.null())),
  stopClaw: call(z.object({ id: agentId }), result(z.null())),
  restartClaw: call(z.object({ id: agentId }), result(z.null())),
  getClawLog: call(z.object({ id: agentId }), result(z.object({ lines: z.array(z.string()) }))),

  /** Signs in to both servers first; stores nothing when either refuses. */
  addEmailConnection: call(emailAccountInput, result(z.object({ id: connectionId }))),
  /** A mailbox without a password: its sign-in in the browser comes next. */
  addEmailSignIn: call(emailSignInInput, result(z.object({ id: connectionId }))),
  /** Starts a sandbox first; without one nothing is added, and the problem says how to have it. */
  addWorkbenchConnection: call(workbenchInput, result(z.object({ id: connectionId }))),
  /** A service that asks for a sign-in is kept; the sign-in comes next. */
  addServerConnection: call(newServerInput, result(z.object({ id: connectionId, needsSignIn: z.boolean() }))),
  /**
   * A new password for an email connection, or a new key for a remote one (a managed one arrives without). Stored once
   * the service has accepted it.
   */
  signInConnection: call(z.object({ id: connectionId, password: keyText }), result(z.null())),
  /**
   * Begins a remote connection's sign-in in the browser, in place of one that is under way. Answers once the browser was
   * opened or a client id is needed. `client`: what the service calls this app, where it has to be told.
   */
  startSignIn: call(
    z.object({ id: connectionId, client: z.object({ id: z.string().trim().min(1).max(2048), secret: z.string().min(1).max(4096).nullable() }).nullable() }),
    result(z.null()),
  ),
  cancelSignIn: call(z.object({ id: connectionId }), result(z.null())),
  checkConnection: call(z.object({ id: connectionId }), result(z.null())),
  /** Works without a network too. `told`: what was removed and deleted. */
  removeConnection: call(z.object({ id: connectionId }), result(z.object({ told: message }))),
  /** Deletes the connection's credential from this computer and keeps the connection. Works without a network too. */
  forgetCredential: call(z.object({ id: connectionId }), result(z.object({ told: message }))),
  /** Asks the system's keychain once; the system may ask the person meanwhile. A problem when it is still locked. */
  unlockKeychain: call(nothing, result(z.null())),
  /** What the program of a connection can reach. It is ended, and started anew when it is needed next. */
  setServerAccess: call(z.object({ id: connectionId, access: serverAccess }), result(z.null())),
  setConnectionTimeout: call(z.object({ id: connectionId, seconds: callTimeoutSeconds }), result(z.null())),
  /** What a command connection's program wrote to its error output, oldest line first: bounded, scrubbed, disarmed. */
  getConnectionLog: call(z.object({ id: connectionId }), result(z.object({ lines: z.array(z.string()) }))),
  listTools: call(z.object({ connection: connectionId }), result(z.array(tool))),
  /** `rule: null` takes the person's own choice back. */
  setToolRule: call(z.object({ connection: connectionId, tool: z.string(), rule: toolRule.nullable() }), result(z.null())),

  setRulesProfile: call(z.object({ profile: rulesProfile }), result(z.null())),
  removeRule: call(z.object({ id: z.string() }), result(z.null())),
  /** What the rules would say now of a past action. */
  tryRules: call(z.object({ action: actionId }), result(decisionView)),

  searchActivity: call(z.object({ filter: activityFilter, after: z.string().nullable() }), activityPage),
  readActivity: call(z.object({ action: actionId }), result(activityDetail)),
  countActivity: call(z.object({ days: z.number().int().min(1).max(366) }), z.array(activityDay)),
  /** Writes what the filter finds to the person's Downloads folder and returns the path. */
  exportActivity: call(z.object({ filter: activityFilter, format: z.enum(['csv', 'jsonl']) }), result(z.object({ path: z.string() }))),
  verifyActivity: call(nothing, result(z.object({ events: z.number().int() }))),

  updateSettings: call(settings.partial(), result(z.null())),

  /** Starts the practice mailbox and the practice Claw, and has the Claw read the inbox and ask to send a reply. */
  startPractice: call(nothing, result(z.null())),
  finishFirstRun: call(nothing, result(z.null())),

  showScreen: call(z.object({ screen }), nothing),
  closeWindow: call(nothing, nothing),
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
export type CallInput<N extends CallName> = z.infer<Calls[N]['input']>;
export type CallOutput<N extends CallName> = z.infer<Calls[N]['output']>;

// ---------------------------------------------------------------- events

export const events = {
  /** Whole slices of the snapshot that changed; revisions grow by one, a gap means: pull the snapshot again. */
  patch: z.object({ revision: z.number().int(), slices: snapshot.partial() }),
  /** The shell asks the window to show a screen. */
  navigate: z.object({ screen }),
} as const;

export type Events = typeof events;
export type EventName = keyof Events;
export type EventPayload<N extends EventName> = z.infer<Events[N]>;

/** What `preload/index.ts` (or the preview shell) puts on `window.countersign`. */
export interface Bridge {
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** Returns a disposer. */
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void;
}
