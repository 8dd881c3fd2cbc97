import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { icnsTypes, writeIcns } from '../../scripts/icons/icns.ts';
import { writeIco } from '../../scripts/icons/ico.ts';
import { iconFiles, linuxSizes, trayStates, windowsSizes } from '../../scripts/icons/plan.ts';
import { decodePng, readPngHeader } from '../../scripts/icons/png.ts';
import { overlayIcon, trayIcon } from '../../main/shell/electron/tray-icons.ts';

const sources = resolve(import.meta.dirname, '../../assets/icons');
const rendered = join(sources, 'rendered');
const read = (path: string): Buffer => readFileSync(join(rendered, path));
const sizeOf = (png: Uint8Array): readonly [number, number] => {
  const { width, height } = readPngHeader(png);
  return [width, height];
};

interface IcoImage {
  readonly width: number;
  readonly body: Buffer;
}

function parseIco(ico: Buffer): readonly IcoImage[] {
  expect([ico.readUInt16LE(0), ico.readUInt16LE(2)]).toEqual([0, 1]);
  return Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
    const at = 6 + 16 * index;
    const offset = ico.readUInt32LE(at + 12);
    const body = ico.subarray(offset, offset + ico.readUInt32LE(at + 8));
    expect([ico.readUInt16LE(at + 6), body.length]).toEqual([32, ico.readUInt32LE(at + 8)]);
    return { width: ico[at] === 0 ? 256 : (ico[at] ?? 0), body };
  });
}

/** The size that the body of an icon's image says, PNG or bitmap (whose height counts its mask too). */
function innerSize({ width, body }: IcoImage): readonly [number, number] {
  if (width === 256) return sizeOf(body);
  const size = [body.readInt32LE(4), body.readInt32LE(8) / 2] as const;
  expect(body.length).toBe(40 + size[0] * size[1] * 4 + Math.ceil(size[0] / 32) * 4 * size[1]);
  return size;
}

function parseIcns(icns: Buffer): ReadonlyMap<string, Buffer> {
  expect([icns.toString('latin1', 0, 4), icns.readUInt32BE(4)]).toEqual(['icns', icns.length]);
  const entries = new Map<string, Buffer>();
  for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
    entries.set(icns.toString('latin1', at, at + 4), icns.subarray(at + 8, at + icns.readUInt32BE(at + 4)));
  }
  return entries;
}

function chunk(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length, Buffer.from(type), body, Buffer.alloc(4)]);
}

/** A PNG of one color, to test the writers with. */
function plainPng(size: number, color: readonly [number, number, number, number]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const row = Buffer.from([0, ...Array.from({ length: size }, () => color).flat()]);
  const rows = Buffer.concat(Array.from({ length: size }, () => row));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

describe('the rendered icons', () => {
  test('are all there, and nothing else is', () => {
    const found = readdirSync(rendered, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = found.map((entry) => join(entry.parentPath, entry.name).slice(rendered.length + 1).replaceAll('\\', '/'));
    expect(paths.toSorted()).toEqual(iconFiles.map((file) => file.path).toSorted());
  });

  test('have the size that their plan says', () => {
    const pngs = iconFiles.flatMap((file) => (file.kind === 'png' ? [file] : []));
    expect(pngs.map(({ path }) => [path, ...sizeOf(read(path))])).toEqual(pngs.map(({ path, picture }) => [path, picture.size, picture.size]));
  });

  test('the Windows icons hold every size', () => {
    const icos = iconFiles.filter((file) => file.kind === 'ico');
    expect(icos).toHaveLength(1 + 2 * trayStates.length);
    for (const { path } of icos) {
      const images = parseIco(read(path));
      expect(images.map(({ width }) => width)).toEqual(windowsSizes);
      expect(images.map(innerSize)).toEqual(windowsSizes.map((size) => [size, size]));
    }
  });

  test('the macOS icon holds every size as PNG', () => {
    const entries = parseIcns(read('app.icns'));
    expect([...entries].map(([type, png]) => [type, ...sizeOf(png)])).toEqual(icnsTypes.map(([type, size]) => [type, size, size]));
  });

  test('Linux has every size from 16 to 512', () => {
    expect(linuxSizes.map((size) => sizeOf(read(`linux/${String(size)}x${String(size)}.png`)))).toEqual(linuxSizes.map((size) => [size, size]));
  });

  test('macOS templates are black with transparency alone, so that the system can color them', () => {
    for (const state of trayStates) {
      for (const [scale, size] of [['', 18], ['@2x', 36]] as const) {
        const pixels = decodePng(read(`tray/mac/${state}Template${scale}.png`));
        expect(pixels.width).toBe(size);
        const colors = pixels.data.filter((_value, index) => index % 4 !== 3);
        expect(new Set(colors)).toEqual(new Set([0]));
        const alphas = new Set(pixels.data.filter((_value, index) => index % 4 === 3));
        expect([alphas.has(0), alphas.has(255)]).toEqual([true, true]);
      }
    }
  });

  test('no two tray states look the same, not even in one color', () => {
    const pictures = trayStates.map((state) => Buffer.from(decodePng(read(`tray/mac/${state}Template.png`)).data));
    for (const [index, picture] of pictures.entries()) {
      for (const other of pictures.slice(index + 1)) {
        const differing = picture.filter((value, at) => Math.abs(value - (other[at] ?? 0)) > 96).length;
        expect(differing).toBeGreaterThan(8);
      }
    }
  });

  test('the tray finds its file on every system', () => {
    for (const state of trayStates) {
      const files = [
        trayIcon(rendered, state, 'darwin', false),
        trayIcon(rendered, state, 'win32', false),
        trayIcon(rendered, state, 'win32', true),
        trayIcon(rendered, state, 'linux', true),
        overlayIcon(rendered, state),
      ];
      expect(files.filter((file) => file !== undefined && !existsSync(file))).toEqual([]);
    }
  });

  test('the sources bring nothing from elsewhere and run nothing', () => {
    const svgs = readdirSync(sources).filter((name) => name.endsWith('.svg'));
    expect(svgs.length).toBeGreaterThan(8);
    for (const name of svgs) {
      const svg = readFileSync(join(sources, name), 'utf8').replace('http://www.w3.org/2000/svg', '');
      expect(svg).not.toMatch(/https?:|<script|\bon\w+=|<image|href=/);
    }
  });
});

describe('the icon writers', () => {
  test('a bitmap in an ICO is bottom up, blue first, with what is clear in its mask', () => {
    const [image] = parseIco(writeIco([plainPng(16, [10, 20, 30, 0])]));
    expect([...(image?.body.subarray(40, 44) ?? [])]).toEqual([30, 20, 10, 0]);
    expect([...(image?.body.subarray(40 + 16 * 16 * 4, 40 + 16 * 16 * 4 + 4) ?? [])]).toEqual([255, 255, 0, 0]);
  });

  test('an ICNS with a size missing is not written', () => {
    expect(() => writeIcns([plainPng(16, [0, 0, 0, 255])])).toThrow('The icon of 32 pixels is missing.');
  });

  test('what is not a PNG is refused', () => {
    expect(() => decodePng(Buffer.alloc(64))).toThrow('This is not a PNG.');
  });
});
