export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the main window was, in device-independent pixels. */
export interface WindowPlace extends Box {
  readonly isMaximized: boolean;
}

/** Keeps the main window's place between runs (`electron-store` in the app). What it gives is checked before use. */
export interface WindowPlaceStore {
  read(): unknown;
  write(place: WindowPlace): void;
}

export const mainWindowSize = { width: 1040, height: 720, minWidth: 720, minHeight: 520 } as const;
export const approvalWindowSize = { width: 420, height: 620 } as const;

const margin = 12;
/** So much of the window must be on a screen, or it could not be grabbed. */
const graspable = 80;

function isPlace(value: unknown): value is WindowPlace {
  if (typeof value !== 'object' || value === null) return false;
  const numbers = ['x', 'y', 'width', 'height'].map((key): unknown => Reflect.get(value, key));
  return numbers.every((number) => Number.isSafeInteger(number)) && typeof Reflect.get(value, 'isMaximized') === 'boolean';
}

function overlap(from: number, length: number, otherFrom: number, otherLength: number): number {
  return Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom);
}

/** The remembered place, if it is one and can still be seen on a screen that is plugged in; else undefined. */
export function usablePlace(remembered: unknown, workAreas: readonly Box[]): WindowPlace | undefined {
  if (!isPlace(remembered)) return undefined;
  const { minWidth, minHeight } = mainWindowSize;
  if (remembered.width < minWidth || remembered.height < minHeight) return undefined;
  const isVisible = workAreas.some(
    (area) =>
      overlap(remembered.x, remembered.width, area.x, area.width) >= graspable &&
      // The title bar, by which a window is moved, is at its top.
      remembered.y >= area.y &&
      remembered.y <= area.y + area.height - graspable,
  );
  return isVisible ? remembered : undefined;
}

const clamp = (value: number, low: number, high: number): number => Math.round(Math.max(low, Math.min(value, high)));

/** Where the approval window opens: centered at the tray icon where its place is known, else in the top right corner. */
export function approvalWindowPlace(workArea: Box, trayIcon: Box | undefined): Box {
  const width = Math.min(approvalWindowSize.width, workArea.width - 2 * margin);
  const height = Math.min(approvalWindowSize.height, workArea.height - 2 * margin);
  const left = workArea.x + margin;
  const right = workArea.x + workArea.width - width - margin;
  const top = workArea.y + margin;
  const bottom = workArea.y + workArea.height - height - margin;
  if (trayIcon === undefined) return { x: right, y: top, width, height };
  const isTrayBelow = trayIcon.y > workArea.y + workArea.height / 2;
  return { x: clamp(trayIcon.x + trayIcon.width / 2 - width / 2, left, right), y: isTrayBelow ? bottom : top, width, height };
}
