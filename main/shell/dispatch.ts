import { calls, type CallInput, type CallName, type CallOutput } from '../../preload/contract.ts';

/** Who sent an IPC call, as the shell knows it. */
export interface Sender {
  /** The origin of the sending frame. */
  readonly origin: string;
  /** False for anything embedded. */
  readonly isTopFrame: boolean;
}

export type Handlers = { readonly [N in CallName]: (input: CallInput<N>) => Promise<CallOutput<N>> | CallOutput<N> };

/** Resolves with the checked output; rejects with an `IpcRefusal` for a foreign sender, an unknown call or a bad payload. */
export type Dispatch = (sender: Sender, name: string, payload: unknown) => Promise<unknown>;

export class IpcRefusal extends Error {
  override readonly name = 'IpcRefusal';
}

function isCallName(name: string): name is CallName {
  return Object.hasOwn(calls, name);
}

/**
 * The one registration of IPC calls. Every shell brings its raw messages here; nothing else may answer a renderer.
 * Checks, in this order: the sender is the top frame of the app's own page, the call exists, the payload fits its
 * schema, and, on the way back, the answer fits its schema.
 */
export function createDispatch(appOrigin: string, handlers: Handlers): Dispatch {
  return async (sender, name, payload) => {
    if (sender.origin !== appOrigin || !sender.isTopFrame) throw new IpcRefusal('This page may not call the app.');
    if (!isCallName(name)) throw new IpcRefusal('There is no such call.');
    const input = calls[name].input.safeParse(payload ?? undefined);
    if (!input.success) throw new IpcRefusal(`The call "${name}" was given something it does not take.`);
    // The schema that just parsed the input is the one the handler's parameter type is inferred from.
    const handler = handlers[name] as (input: unknown) => Promise<unknown>;
    return calls[name].output.parse(await handler(input.data));
  };
}
