import * as z from 'zod';

/**
 * What the app and the helper of one run say to each other, a JSON object a line: the app on the helper's standard input,
 * the helper on its standard output. The run's own three streams pass beside it, on descriptors of their own.
 */

const limits = z.strictObject({
  time: z.number().positive().nullable(),
  memory: z.number().positive(),
  processes: z.int().positive(),
  diskWritten: z.number().positive(),
  temporary: z.number().positive(),
  output: z.number().positive(),
});

const plan = z.strictObject({
  argv: z.array(z.string()).min(1),
  cwd: z.string(),
  environment: z.record(z.string(), z.string()),
  readable: z.array(z.string()),
  writable: z.array(z.string()),
  brokerSocket: z.string().optional(),
  limits,
  network: z.enum(['none', 'connections', 'requests', 'requests only']),
  refusedNetworks: z.array(z.string()),
  /** Whether what stands for lent keys is looked for in the content of requests. */
  looksIntoContent: z.boolean(),
  wayOut: z.strictObject({ proxy: z.strictObject({ address: z.string(), noProxy: z.array(z.string()) }).nullable(), certificates: z.array(z.string()) }),
  /** A folder of this run alone, made by the app and removed by it. */
  folder: z.string(),
});
export type HelperPlan = z.infer<typeof plan>;

const header = z.tuple([z.string(), z.string()]);

const decision = z.discriminatedUnion('effect', [
  z.strictObject({ effect: z.literal('allow'), removeHeaders: z.array(z.string()).optional(), setHeaders: z.array(header).optional(), target: z.string().optional(), conceal: z.array(header).optional() }),
  z.strictObject({ effect: z.literal('deny'), reason: z.string() }),
]);

export const toHelper = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('check') }),
  z.strictObject({ type: z.literal('start'), plan }),
  z.strictObject({ type: z.literal('decision'), id: z.int(), decision }),
  z.strictObject({ type: z.literal('freeze') }),
  z.strictObject({ type: z.literal('thaw') }),
  z.strictObject({ type: z.literal('stop') }),
]);
export type ToHelper = z.infer<typeof toHelper>;

const attempt = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('connect'), host: z.string(), port: z.int() }),
  z.strictObject({
    kind: z.literal('request'),
    host: z.string(),
    port: z.int(),
    scheme: z.enum(['http', 'https']),
    method: z.string(),
    target: z.string(),
    headers: z.array(header),
  }),
]);

const usage = z.strictObject({
  /** Processes right now. */
  processes: z.int(),
  /** Bytes right now. */
  memory: z.number(),
  /** Milliseconds of processor time so far. */
  processor: z.number(),
  /** Bytes so far. */
  diskWritten: z.number(),
});
export type Usage = z.infer<typeof usage>;

const facts = z.strictObject({
  /** What the library says is missing or weak, in its own words. */
  errors: z.array(z.string()),
  warnings: z.array(z.string()),
  /** What the smallest sandbox said, started for real; null when it worked or was not tried. */
  trial: z.string().nullable(),
  bubblewrap: z.string().nullable(),
  isUserNamespaceRestricted: z.boolean(),
  isAdministrator: z.boolean(),
});
export type SandboxFacts = z.infer<typeof facts>;

export const fromHelper = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('checked'), facts }),
  /** `leftovers`: empty files and folders that protect names in the writable folders while the run lives. */
  z.strictObject({ type: z.literal('started'), leftovers: z.array(z.string()) }),
  z.strictObject({ type: z.literal('failed'), text: z.string() }),
  z.strictObject({ type: z.literal('attempt'), id: z.int(), attempt }),
  z.strictObject({ type: z.literal('violation'), line: z.string() }),
  z.strictObject({ type: z.literal('found'), host: z.string(), mark: z.string() }),
  z.strictObject({ type: z.literal('usage'), usage }),
  z.strictObject({ type: z.literal('frozen'), isFrozen: z.boolean() }),
  z.strictObject({
    type: z.literal('ended'),
    code: z.int().nullable(),
    signal: z.string().nullable(),
    limit: z.enum(['time', 'memory', 'processes', 'disk']).nullable(),
    usage,
  }),
]);
export type FromHelper = z.infer<typeof fromHelper>;

/** The longest message, in bytes: a request's headers are the longest part that a run chooses. */
export const longestMessage = 4 * 1024 * 1024;

/** The helper's descriptors of the run's standard input, output and error. */
export const streams = { input: 3, output: 4, error: 5 } as const;
