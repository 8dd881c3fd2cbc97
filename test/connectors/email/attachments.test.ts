import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAttachments } from '../../../main/connectors/email/attachments.ts';
import { isDisguised } from '../../../main/model/file-names.ts';

let root: string;
let allowed: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'countersign-files-')));
  allowed = join(root, 'allowed');
  await mkdir(allowed);
  await writeFile(join(allowed, 'a.txt'), 'content');
  await writeFile(join(root, 'secret.txt'), 'secret');
});

afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const invalidOf = async (path: string): Promise<string> => {
  const read = await readAttachments([path], [allowed]);
  return read.ok ? `read ${read.files.map((file) => file.content.toString()).join()}` : read.invalid;
};

describe('files to attach', () => {
  it('are read whole and fixed by the hash of those bytes', async () => {
    const sha256 = createHash('sha256').update('content').digest('hex');
    const read = await readAttachments([join(allowed, 'a.txt')], [allowed]);
    expect(read).toMatchObject({ ok: true, files: [{ name: 'a.txt', folder: allowed, material: { path: join(allowed, 'a.txt'), bytes: 7, sha256 } }] });
  });

  it('may be named through a link that stays inside, and are called what they are', async () => {
    await symlink(join(allowed, 'a.txt'), join(allowed, 'holiday.jpg'));
    const read = await readAttachments([join(allowed, 'holiday.jpg')], [allowed]);
    expect(read).toMatchObject({ ok: true, files: [{ name: 'a.txt' }] });
  });

  it('never come from outside: by dots, by a link, by a linked folder, by a prefix', async () => {
    await symlink(join(root, 'secret.txt'), join(allowed, 'link.txt'));
    await symlink(root, join(allowed, 'up'));
    await mkdir(`${allowed}-not`);
    await writeFile(join(`${allowed}-not`, 'b.txt'), 'secret');
    for (const path of [`${allowed}/../secret.txt`, join(allowed, 'link.txt'), `${allowed}/up/secret.txt`, `${allowed}-not/b.txt`, '/etc/passwd']) {
      expect(await invalidOf(path)).toContain('not a file in a folder that attachments may come from');
    }
  });

  it('are not told apart from files that do not exist', async () => {
    expect((await invalidOf(join(root, 'secret.txt'))).replace('secret', 'x')).toBe((await invalidOf(join(root, 'absent.txt'))).replace('absent', 'x'));
  });

  it('are files: no folder, no pipe, no device', async () => {
    execFileSync('mkfifo', [join(allowed, 'pipe')]);
    await symlink('/dev/zero', join(allowed, 'zero'));
    for (const path of [allowed, `${allowed}/`, join(allowed, 'pipe'), join(allowed, 'zero'), 'a.txt', '']) {
      expect(await invalidOf(path)).toMatch(/not a file in|not an absolute path/);
    }
  });

  it('have names without hidden characters', async () => {
    const name = 'invoice\u202Efdp.exe';
    await writeFile(join(allowed, name), 'x');
    expect(await invalidOf(join(allowed, name))).toContain('hidden characters');
  });

  it('are at most 20 MB together', async () => {
    await writeFile(join(allowed, 'big'), '');
    await truncate(join(allowed, 'big'), 20 * 1024 * 1024);
    expect((await readAttachments([join(allowed, 'big')], [allowed])).ok).toBe(true);
    expect(await readAttachments([join(allowed, 'big'), join(allowed, 'a.txt')], [allowed])).toEqual({ ok: false, invalid: 'The attachments are larger than 20 MB.' });
  });

  it('come from nowhere when no folder is allowed or the folder is gone', async () => {
    await link(join(allowed, 'a.txt'), join(root, 'hard.txt'));
    expect((await readAttachments([join(allowed, 'a.txt')], [])).ok).toBe(false);
    expect((await readAttachments([join(allowed, 'a.txt')], [join(root, 'gone')])).ok).toBe(false);
  });
});

describe('a disguised file', () => {
  it.each(['invoice.pdf.exe', 'photo.jpg.js', 'report.docx .html', 'a.pdf.SCR'])('%s', (name) => expect(isDisguised(name)).toBe(true));
  it.each(['invoice.pdf', 'setup.exe', 'archive.tar.gz', 'v1.2.pdf', 'prices.2026.xlsx'])('is not %s', (name) => expect(isDisguised(name)).toBe(false));
});
