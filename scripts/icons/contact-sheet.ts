import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linuxSizes, trayStates } from './plan.ts';

/** A page with every picture on light and on dark, to judge them by eye. */
export function contactSheet(rendered: string): string {
  const image = (file: string, size: number, filter = 'none', scaling = 'auto'): string => {
    const data = readFileSync(join(rendered, file)).toString('base64');
    return `<img width="${String(size)}" style="filter: ${filter}; image-rendering: ${scaling}" src="data:image/png;base64,${data}">`;
  };
  const half = (background: string, filter: string): string => {
    const app = linuxSizes.map((size) => image(`linux/${String(size)}x${String(size)}.png`, Math.min(size, 256)));
    const small = trayStates.map((state) => image(`tray/mac/${state}Template.png`, 18, filter));
    const pixels = trayStates.map((state) => image(`tray/mac/${state}Template.png`, 90, filter, 'pixelated'));
    const double = trayStates.map((state) => image(`tray/mac/${state}Template@2x.png`, 72, filter));
    const linux = trayStates.flatMap((state) => [image(`tray/linux/${state}.png`, 24), image(`tray/linux/${state}@2x.png`, 96)]);
    const overlay = trayStates.slice(1).flatMap((state) => [image(`overlay/${state}.png`, 16), image(`overlay/${state}@2x.png`, 64)]);
    const rows = [[...app, image('app-1024.png', 256)], [...small, ...double, ...linux], [...pixels, ...overlay]];
    return `<section style="background: ${background}">${rows.map((row) => `<p>${row.join(' ')}</p>`).join('')}</section>`;
  };
  const style = 'body { margin: 0 } section { padding: 20px } img { vertical-align: middle; margin: 6px }';
  return `<style>${style}</style>${half('#f5f6f8', 'none')}${half('#20242d', 'invert(1)')}`;
}
