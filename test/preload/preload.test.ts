import { EventEmitter } from 'node:events';
import { build } from 'vite';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Bridge } from '../../preload/contract.ts';

let script = '';
beforeAll(async () => {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: { entry: new URL('../../preload/index.ts', import.meta.url).pathname, formats: ['cjs'] },
      rollupOptions: { external: ['electron'] },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (output === undefined || !('output' in output)) throw new Error('Vite gave no output.');
  script = output.output[0].code;
});

/** Runs the built preload script as Electron does: CommonJS, with `electron` alone to require. */
function runPreload(argv: readonly string[]) {
  const exposed = new Map<string, unknown>();
  const required: string[] = [];
  const invoked: unknown[][] = [];
  const ipcRenderer = Object.assign(new EventEmitter(), {
    invoke: (...args: unknown[]): Promise<unknown> => {
      invoked.push(args);
      return Promise.resolve('answer');
    },
  });
  const require = (name: string): unknown => {
    required.push(name);
    return { contextBridge: { exposeInMainWorld: (key: string, value: unknown) => void exposed.set(key, value) }, ipcRenderer };
  };
  // The script under test is our own build; a sandboxed preload is run from its text in just this way.
  // oxlint-disable-next-line typescript/no-implied-eval
  new Function('require', 'process', 'exports', 'module', script)(require, { argv }, {}, {});
  // What the contract says the preload exposes; the tests below check that it does.
  return { exposed, required, invoked, ipcRenderer, bridge: exposed.get('countersign') as Bridge };
}

const argv = ['electron', '--countersign-calls=getSnapshot,setPaused', '--countersign-events=patch,navigate'];

describe('the preload script', () => {
  test('is small and needs Electron alone', () => {
    expect(runPreload(argv).required).toEqual(['electron']);
    expect(script.length).toBeLessThan(3000);
  });

  test('exposes call and on, and nothing else', () => {
    const { exposed, bridge } = runPreload(argv);
    expect([...exposed.keys()]).toEqual(['countersign']);
    expect(Object.keys(bridge)).toEqual(['call', 'on']);
  });

  test('passes a known call on', async () => {
    const { bridge, invoked } = runPreload(argv);
    await expect(bridge.call('setPaused', { isPaused: true })).resolves.toBe('answer');
    expect(invoked).toEqual([['countersign:call', 'setPaused', { isPaused: true }]]);
  });

  test.each(['steal', 'countersign:call', '', '__proto__', 'getSnapshot,setPaused'])('refuses the call %j without asking main', async (name) => {
    const { bridge, invoked } = runPreload(argv);
    // A name that the contract does not have, as a page that was taken over would give.
    await expect(bridge.call(name as 'getSnapshot', undefined)).rejects.toThrow('There is no such call.');
    expect(invoked).toEqual([]);
  });

  test('delivers a known event without Electron’s event object, until disposed', () => {
    const { bridge, ipcRenderer } = runPreload(argv);
    const heard: unknown[][] = [];
    const dispose = bridge.on('navigate', (...args) => void heard.push(args));
    ipcRenderer.emit('countersign:event', { sender: ipcRenderer }, 'navigate', { screen: 'rules' });
    ipcRenderer.emit('countersign:event', { sender: ipcRenderer }, 'patch', { revision: 1 });
    expect(heard).toEqual([[{ screen: 'rules' }]]);
    dispose();
    ipcRenderer.emit('countersign:event', {}, 'navigate', { screen: 'inbox' });
    expect(heard).toHaveLength(1);
    expect(ipcRenderer.listenerCount('countersign:event')).toBe(0);
  });

  test('listens to no unknown event', () => {
    const { bridge, ipcRenderer } = runPreload(argv);
    // A name that the contract does not have.
    expect(() => bridge.on('ipc-message' as 'patch', () => undefined)).toThrow('There is no such event.');
    expect(ipcRenderer.eventNames()).toEqual([]);
  });

  test('knows no call at all when main names none', async () => {
    const { bridge } = runPreload([]);
    await expect(bridge.call('getSnapshot', undefined)).rejects.toThrow('There is no such call.');
  });
});
