import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { pause, root } from '../../test/e2e/running-app.ts';

export interface StageOptions {
  readonly story: string;
  readonly isJson: boolean;
  readonly isForDocs: boolean;
}

/** Milliseconds after which the buttons of a card that moved can be pressed again. */
const armed = 800;

/** CSS pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Where a story is told: its words, what of it came true, and its pictures. */
export class Stage {
  readonly #options: StageOptions;
  readonly #folder: string;
  readonly #facts: Record<string, boolean> = {};
  readonly #screenshots: string[] = [];

  private constructor(options: StageOptions) {
    this.#options = options;
    this.#folder = join(root, 'out/demo', options.story);
  }

  static async set(options: StageOptions): Promise<Stage> {
    const stage = new Stage(options);
    await rm(stage.#folder, { recursive: true, force: true });
    await mkdir(stage.#folder, { recursive: true });
    return stage;
  }

  tell(text: string): void {
    if (!this.#options.isJson) process.stdout.write(`${text}\n`);
  }

  check(name: string, isTrue: boolean, text: string): void {
    this.#facts[name] = isTrue;
    this.tell(`${isTrue ? '  ✓' : '  ✗'} ${text}`);
  }

  /** At twice the size, so that it is sharp in the README too. */
  async picture(page: Page, name: string, size: PictureSize): Promise<void> {
    const path = join(this.#folder, `${name}.png`);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 2, mobile: false });
    await pause(armed);
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'png' });
    await writeFile(path, Buffer.from(data, 'base64'));
    await devtools.send('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 1, mobile: false });
    await devtools.detach();
    this.#screenshots.push(path);
    if (this.#options.isForDocs) await copyFile(path, join(root, 'docs/pictures', `${name}.png`));
  }

  /** Tells the end; whether all of it went as it should. */
  close(): boolean {
    if (this.#options.isJson) process.stdout.write(`${JSON.stringify({ ...this.#facts, screenshots: this.#screenshots })}\n`);
    else this.tell(`\nPictures: ${this.#screenshots.join(', ')}`);
    return Object.values(this.#facts).every(Boolean);
  }
}
