import type { ClosableUpstream } from '../../main/connections/mcp-upstream.ts';
import { Emitter } from '../../main/model/disposable.ts';
import type { UpstreamAnswer, UpstreamTool } from '../../main/model/upstream.ts';

export interface FakeUpstream extends ClosableUpstream {
  tools: readonly UpstreamTool[] | Error;
  answer: Promise<UpstreamAnswer>;
  isClosed: boolean;
  listed: number;
  /** Ends by itself, as a crashed child does. */
  end(): void;
}

export const toolNamed = (name: string): UpstreamTool => ({ name, inputSchema: { type: 'object' } });

export function createFakeUpstream(...names: string[]): FakeUpstream {
  const ended = new Emitter<undefined>();
  const upstream: FakeUpstream = {
    tools: names.map((name) => toolNamed(name)),
    answer: Promise.resolve({ kind: 'result', result: { content: [] } }),
    isClosed: false,
    listed: 0,
    listTools() {
      upstream.listed += 1;
      return upstream.tools instanceof Error ? Promise.reject(upstream.tools) : Promise.resolve(upstream.tools);
    },
    callTool: () => upstream.answer,
    profile: (name) => ({ effect: 'read', ability: { id: name, values: {} }, describe: () => Promise.reject(new Error('not asked')) }),
    close() {
      upstream.isClosed = true;
      return Promise.resolve();
    },
    onClosed: (listener) => ended.on(listener),
    end: () => ended.emit(undefined),
  };
  return upstream;
}
