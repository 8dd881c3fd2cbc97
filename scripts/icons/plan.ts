/** Every picture that is made from the sources in `assets/icons`, and how. */

export interface Picture {
  /** A source, without `.svg`. */
  readonly source: string;
  readonly size: number;
  /** What `currentColor` and `--accent` become; the source's own colors when absent. */
  readonly color?: string;
  readonly accent?: string;
  /** Puts the drawing on the app's tile. */
  readonly isTiled?: boolean;
}

export type IconFile =
  | { readonly kind: 'png'; readonly path: string; readonly picture: Picture }
  | { readonly kind: 'ico' | 'icns'; readonly path: string; readonly pictures: readonly Picture[] };

export const trayStates = ['quiet', 'waiting', 'paused', 'attention'] as const;
export const windowsSizes = [16, 20, 24, 32, 48, 256] as const;
export const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512] as const;
const macSizes = [16, 32, 64, 128, 256, 512, 1024] as const;

const ink = '#1b1f27';
const white = '#ffffff';
const amber = { onLight: '#b45309', onDark: '#ffb84d' } as const;

const tile = (size: number): Picture => ({ source: size <= 48 ? 'app-small' : 'app', size });
const mac = (size: number): Picture => ({ source: size <= 16 ? 'app-small' : 'app-macos', size });

type TrayState = (typeof trayStates)[number];

function trayFiles(state: TrayState): readonly IconFile[] {
  const source = `tray-${state}`;
  const windows = (theme: 'light' | 'dark'): IconFile => {
    const colors = theme === 'light' ? { color: ink, accent: state === 'paused' ? ink : amber.onLight } : { color: white, accent: state === 'paused' ? white : amber.onDark };
    return { kind: 'ico', path: `tray/windows/${state}-${theme}.ico`, pictures: windowsSizes.map((size) => ({ source, size, ...colors })) };
  };
  const linux = { source, color: white, accent: state === 'paused' ? white : amber.onDark, isTiled: true };
  return [
    { kind: 'png', path: `tray/mac/${state}Template.png`, picture: { source, size: 18, color: '#000000' } },
    { kind: 'png', path: `tray/mac/${state}Template@2x.png`, picture: { source, size: 36, color: '#000000' } },
    windows('light'),
    windows('dark'),
    { kind: 'png', path: `tray/linux/${state}.png`, picture: { ...linux, size: 24 } },
    { kind: 'png', path: `tray/linux/${state}@2x.png`, picture: { ...linux, size: 48 } },
  ];
}

export const iconFiles: readonly IconFile[] = [
  { kind: 'ico', path: 'app.ico', pictures: windowsSizes.map(tile) },
  { kind: 'icns', path: 'app.icns', pictures: macSizes.map(mac) },
  { kind: 'png', path: 'app-1024.png', picture: mac(1024) },
  ...linuxSizes.map((size): IconFile => ({ kind: 'png', path: `linux/${String(size)}x${String(size)}.png`, picture: tile(size) })),
  ...trayStates.flatMap(trayFiles),
  ...trayStates
    .filter((state) => state !== 'quiet')
    .flatMap((state): IconFile[] => [
      { kind: 'png', path: `overlay/${state}.png`, picture: { source: `overlay-${state}`, size: 16 } },
      { kind: 'png', path: `overlay/${state}@2x.png`, picture: { source: `overlay-${state}`, size: 32 } },
    ]),
];
