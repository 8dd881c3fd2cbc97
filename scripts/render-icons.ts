/**
 * Renders the SVG sources in `assets/icons` into every size that macOS, Windows and Linux want, with an installed Chromium.
 * The same Chromium gives the same bytes. `--sheet FILE` also writes a contact sheet to look at.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { findBrowser } from '../main/shell/preview/find-browser.ts';
import { writeIcns } from './icons/icns.ts';
import { writeIco } from './icons/ico.ts';
import { contactSheet } from './icons/contact-sheet.ts';
import { iconFiles, type Picture } from './icons/plan.ts';

const sources = resolve(import.meta.dirname, '../assets/icons');
const rendered = join(sources, 'rendered');

const layout = 'html, body { margin: 0; background: transparent } div { box-sizing: border-box; width: 100vw; height: 100vh } svg { display: block; width: 100%; height: 100% }';
const tile = 'background: linear-gradient(#0f8572, #086052); border-radius: 22%; padding:';

async function render(page: Page, picture: Picture): Promise<Buffer> {
  const { size, color = '#000', accent, isTiled } = picture;
  const svg = readFileSync(join(sources, `${picture.source}.svg`), 'utf8');
  const style = `color: ${color};${accent === undefined ? '' : ` --accent: ${accent};`}${isTiled === true ? ` ${tile} ${String(Math.round(size * 0.07))}px` : ''}`;
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>${layout}</style><div style="${style}">${svg}</div>`);
  // Now and then Chromium is caught while it still repaints after the change of size: the picture counts once it stands still.
  const shoot = (): Promise<Buffer> => page.screenshot({ omitBackground: true, type: 'png' });
  let shot = await shoot();
  for (let next = await shoot(); !next.equals(shot); next = await shoot()) shot = next;
  return shot;
}

function write(path: string, body: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, body);
}

const executablePath = findBrowser({ platform: process.platform, env: process.env });
if (executablePath === undefined) throw new Error('Rendering icons needs an installed Chromium, Chrome or Edge.');
const isRoot = process.getuid?.() === 0;
const browser = await chromium.launch({ executablePath, args: ['--disable-gpu', '--force-color-profile=srgb', '--disable-lcd-text', ...(isRoot ? ['--no-sandbox'] : [])] });
try {
  const page = await browser.newPage({ deviceScaleFactor: 1 });
  for (const file of iconFiles) {
    const pictures: Buffer[] = [];
    for (const picture of file.kind === 'png' ? [file.picture] : file.pictures) pictures.push(await render(page, picture));
    const [only] = pictures;
    if (file.kind === 'ico') write(join(rendered, file.path), writeIco(pictures));
    else if (file.kind === 'icns') write(join(rendered, file.path), writeIcns(pictures));
    else if (only !== undefined) write(join(rendered, file.path), only);
  }
  const sheet = process.argv[process.argv.indexOf('--sheet') + 1];
  if (process.argv.includes('--sheet') && sheet !== undefined) {
    await page.setViewportSize({ width: 1300, height: 1200 });
    await page.setContent(contactSheet(rendered));
    writeFileSync(sheet, await page.screenshot({ fullPage: true }));
  }
  console.log(`Rendered ${String(iconFiles.length)} icon files into assets/icons/rendered.`);
} finally {
  await browser.close();
}
