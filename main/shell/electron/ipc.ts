import type { IpcMain, IpcMainInvokeEvent } from 'electron';
import type { Dispose } from '../../model/disposable.ts';
import { IpcRefusal, type Dispatch, type Sender } from '../dispatch.ts';
import type { Report } from './electron-modules.ts';

const callChannel = 'countersign:call';
export const eventChannel = 'countersign:event';

const unforeseen = Symbol('unforeseen');

/** Who sent it, as Electron knows it. A frame that is gone or embedded has no right to an answer. */
function senderOf(event: IpcMainInvokeEvent): Sender {
  const frame = event.senderFrame;
  return frame === null ? { origin: '', isTopFrame: false } : { origin: frame.origin, isTopFrame: frame.parent === null };
}

export interface IpcOptions {
  readonly dispatch: Dispatch;
  readonly report: Report;
  /** A window has pulled the snapshot, so it listens to pushes from now on. */
  readonly onReady: (webContentsId: number) => void;
}

/** The one place that answers the renderer through Electron. Every message goes through `dispatch`, which checks it. */
export function answerCalls(ipcMain: Pick<IpcMain, 'handle' | 'removeHandler'>, options: IpcOptions): Dispose {
  ipcMain.handle(callChannel, async (event, name: unknown, payload: unknown) => {
    const call = typeof name === 'string' ? name : '';
    const answer = await options.dispatch(senderOf(event), call, payload).catch((error: unknown) => {
      if (error instanceof IpcRefusal) throw error;
      // Electron shows a rejection's text to the page; what an unforeseen error says may hold more than the page may know.
      options.report(error);
      return unforeseen;
    });
    if (answer === unforeseen) throw new Error('The app could not do that.');
    if (call === 'getSnapshot') options.onReady(event.sender.id);
    return answer;
  });
  return () => ipcMain.removeHandler(callChannel);
}
