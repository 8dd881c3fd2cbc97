import { z } from 'zod';
import { agentId, agentOptions, approverId, callTimeoutSeconds, connectionId, emailAccountInput, mailSignIn, rulesProfile, sandboxAccess, serverAccess, serverInput, settings } from '../../preload/contract.ts';
import { readHostPattern } from '../model/host-pattern.ts';
import { theNetwork } from '../model/network-place.ts';
import { organizationProfile } from '../model/tool-profile.ts';

/**
 * What an organization's IT delivers, on every system the same. Every key with type, default and example is in
 * `docs/managed-settings.md`; a test keeps the two together. No key holds a secret: people sign in themselves.
 */

/** Keys that `locks` may name: every preference, and the rules profile. */
export const lockableKeys = [...settings.keyof().options, 'rulesProfile'] as const;
const lockableKey = z.enum(lockableKeys);
export type LockableKey = z.infer<typeof lockableKey>;

/** One entry of a list of places, as `readHostPattern` reads it: one that is none must not be passed over. */
const place = z.string().max(300).superRefine((entry, context) => {
  const read = readHostPattern(entry);
  if (!read.ok) context.addIssue({ code: 'custom', message: `should be a place such as "api.example.com", "*.example.com:443" or "10.0.0.0/8"; it is not: ${read.problem}` });
});
const places = z.array(place).max(1000).default([]);

const connectionCommon = {
  id: connectionId,
  /** For the built-in server of this connection; passed on as it is. */
  settings: z.record(z.string(), z.json()).optional(),
  callTimeoutSeconds: callTimeoutSeconds.optional(),
};
const [commandInput, remoteInput] = serverInput.options;
const [, fullAccess] = serverAccess.options;
const { readable, writable } = sandboxAccess.shape;
/** What the program can reach; without it, all that the person's account can. */
const managedAccess = z.discriminatedUnion('kind', [sandboxAccess.extend({ readable: readable.default([]), writable: writable.default([]), hosts: places }), fullAccess]);

const managedConnection = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('email'), ...connectionCommon, ...emailAccountInput.omit({ password: true }).shape, signIn: mailSignIn.optional() }),
  z.strictObject({ ...commandInput.shape, access: managedAccess.optional(), ...connectionCommon }),
  z.strictObject({ ...remoteInput.shape, ...connectionCommon }),
]);
export type ManagedConnection = z.infer<typeof managedConnection>;

const managedAgent = z.strictObject({
  id: agentId,
  name: z.string().trim().min(1).max(60),
  /** Ids of the connections it may use; null: every connection. */
  connections: z.array(connectionId).nullable().default(null),
  /** Options that are given are fixed; the person chooses the others. */
  ...agentOptions.partial().shape,
});
export type ManagedAgent = z.infer<typeof managedAgent>;

/** Cedar text, whole or as a list of lines (JSON has no line breaks in text). */
const policyText = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join('\n'))]);

const managedApprover = z.strictObject({
  id: approverId,
  name: z.string().trim().min(1).max(60),
  /** As `@approverGroup` in the policy names them. */
  groups: z.array(z.string().trim().min(1).max(60)).max(20).default([]),
});

const keys = z.strictObject({
  organization: z.strictObject({ name: z.string().trim().min(1).max(80), contact: z.string().trim().min(1).max(200).nullable().default(null) }).nullable().default(null),
  connections: z.array(managedConnection).max(100).default([]),
  agents: z.array(managedAgent).max(100).default([]),
  /** Who may sign beside others; with any, nobody else may. */
  approvers: z.array(managedApprover).max(50).default([]),
  forbidPasscodeReset: z.boolean().default(false),
  /** People give no standing answers, and make no rule of their answers. */
  forbidStandingAnswers: z.boolean().default(false),
  /** Programs of connections run in the sandbox alone. */
  forbidFullAccess: z.boolean().default(false),
  policy: policyText.nullable().default(null),
  /** Places on the network that code run for Claws may and may not reach. */
  network: z.strictObject({ allow: places, deny: places }).default({ allow: [], deny: [] }),
  /** Where the organization serves Countersign's client metadata document (OAuth Client ID Metadata Document). */
  clientMetadataUrl: z.url({ protocol: /^https$/ }).max(2048).refine((text) => new URL(text).pathname !== '/', 'should have a path').nullable().default(null),
  /** What tools of other people's servers do, in the organization's own words; see `docs/profiles.md`. */
  profiles: z.array(organizationProfile).max(500).default([]),
  settings: z.strictObject(settings.partial().shape).default({}),
  rulesProfile: rulesProfile.nullable().default(null),
  /** Null: every value that is given is locked. */
  locks: z.array(lockableKey).nullable().default(null),
});

/** The keys that stand at the top. */
export const topLevelKeys = keys.keyof().options;

export const managedSettings = keys
  .superRefine((value, context) => {
    for (const list of ['connections', 'agents', 'approvers'] as const) {
      const ids = value[list].map(({ id }) => String(id));
      const twice = ids.findIndex((id, index) => ids.indexOf(id) !== index);
      const own = ids.indexOf(theNetwork);
      if (list === 'connections' && own >= 0) context.addIssue({ code: 'custom', path: [list, own, 'id'], message: 'is taken by Countersign itself' });
      if (twice >= 0) context.addIssue({ code: 'custom', path: [list, twice, 'id'], message: 'is used twice' });
    }
  })
  .transform(({ locks, ...value }) => ({ ...value, locks: locks ?? givenKeys(value) }));

export type ManagedSettings = z.infer<typeof managedSettings>;

function givenKeys(value: { readonly settings: object; readonly rulesProfile: string | null }): LockableKey[] {
  return lockableKeys.filter((key) => (key === 'rulesProfile' ? value.rulesProfile !== null : Object.hasOwn(value.settings, key)));
}
