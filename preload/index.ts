import { contextBridge, ipcRenderer } from 'electron';
import type { Bridge } from './contract.ts';

// The names come from main, which takes them from the contract: the schemas themselves would bring a library in here.
const namesOf = (kind: string): readonly string[] =>
  process.argv.find((argument) => argument.startsWith(`--countersign-${kind}=`))?.split('=')[1]?.split(',') ?? [];
const calls = namesOf('calls');
const events = namesOf('events');

const bridge: Bridge = {
  call: (name, input) =>
    calls.includes(name) ? ipcRenderer.invoke('countersign:call', name, input) : Promise.reject(new Error('There is no such call.')),
  on: (name, listener) => {
    if (!events.includes(name)) throw new Error('There is no such event.');
    // Main checks each payload's type when it pushes. Electron's own event object stays here: it would hand over `ipcRenderer`.
    const deliver = (_event: unknown, pushed: unknown, payload: unknown): void => void (pushed === name && listener(payload as never));
    ipcRenderer.on('countersign:event', deliver);
    return () => void ipcRenderer.off('countersign:event', deliver);
  },
};

contextBridge.exposeInMainWorld('countersign', bridge);
