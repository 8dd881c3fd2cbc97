import type { ClosableUpstream } from '../../main/connections/mcp-upstream.ts';
import { Emitter } from '../../main/model/disposable.ts';
import type { JsonObject } from '../../main/model/json.ts';
import type { UpstreamAnswer, UpstreamCall, UpstreamChange, UpstreamOffers, UpstreamTool } from '../../main/model/upstream.ts';

export interface FakeUpstream extends ClosableUpstream {
  tools: readonly UpstreamTool[] | Error;
  answer: Promise<UpstreamAnswer>;
  isClosed: boolean;
  listed: number;
  calls: UpstreamCall[];
  /** What it wrote to its error output. */
  lines: string[];
  /** Resources that somebody is subscribed to. */
  readonly subscribed: Set<string>;
  offers?: UpstreamOffers;
  /** Ends by itself, as a crashed child does. */
  end(): void;
  tell(change: UpstreamChange): void;
  logLines(): readonly string[];
}

export const toolNamed = (name: string): UpstreamTool => ({ name, inputSchema: { type: 'object' } });

export function createFakeUpstream(...names: string[]): FakeUpstream {
  const ended = new Emitter<undefined>();
  const changes = new Emitter<UpstreamChange>();
  const upstream: FakeUpstream = {
    tools: names.map((name) => toolNamed(name)),
    answer: Promise.resolve({ kind: 'result', result: { content: [] } }),
    isClosed: false,
    listed: 0,
    calls: [],
    lines: [],
    subscribed: new Set(),
    listTools() {
      upstream.listed += 1;
      return upstream.tools instanceof Error ? Promise.reject(upstream.tools) : Promise.resolve(upstream.tools);
    },
    callTool(call) {
      upstream.calls.push(call);
      return upstream.answer;
    },
    profile: (name) => ({ effect: 'read', ability: { id: name, values: {} }, describe: () => Promise.reject(new Error('not asked')) }),
    close() {
      upstream.isClosed = true;
      return Promise.resolve();
    },
    onClosed: (listener) => ended.on(listener),
    end: () => ended.emit(undefined),
    onChange: (listener) => changes.on(listener),
    tell: (change) => changes.emit(change),
    logLines: () => upstream.lines,
  };
  return upstream;
}

/** The same with lists that can be changed under way, reads, prompts and subscriptions. */
export function offering(upstream: FakeUpstream, lists: Readonly<Record<string, readonly JsonObject[]>>): FakeUpstream {
  const call = (request: UpstreamCall): Promise<UpstreamAnswer> => upstream.callTool(request);
  upstream.offers = {
    listResources: () => Promise.resolve(lists['listResources'] ?? []),
    listResourceTemplates: () => Promise.resolve(lists['listResourceTemplates'] ?? []),
    listPrompts: () => Promise.resolve(lists['listPrompts'] ?? []),
    readResource: call,
    getPrompt: call,
    complete: (params) => Promise.resolve({ completion: { values: [], ...params } }),
    subscribe(uri) {
      if (uri.startsWith('bad:')) return Promise.reject(new Error('There is no such resource.'));
      upstream.subscribed.add(uri);
      return Promise.resolve(() => upstream.subscribed.delete(uri));
    },
  };
  return upstream;
}
