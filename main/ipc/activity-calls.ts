import { createWriteStream, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { say } from '../model/say.ts';
import type { Handlers } from '../shell/dispatch.ts';
import type { RecordWatch } from './record-watch.ts';
import { problem, value } from './results.ts';
import type { Services } from './services.ts';

type Calls = Pick<Handlers, 'searchActivity' | 'readActivity' | 'countActivity' | 'exportActivity' | 'verifyActivity'>;

export function activityCalls({ activity, clock }: Services, recordWatch: RecordWatch): Calls {
  return {
    searchActivity: ({ filter, after }) => activity.search(filter, after),
    async readActivity({ action }) {
      const detail = await activity.read(action);
      return detail ? value(detail) : problem(say('activity.problem.gone'));
    },
    countActivity: async ({ days }) => [...(await activity.countDays(days, clock.now()))],
    async exportActivity({ filter, format }) {
      const path = join(exportFolder(), `countersign-activity-${fileTime(clock.now())}.${format}`);
      try {
        await pipeline(Readable.from(activity.export(filter, format)), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
        return value({ path });
      } catch {
        return problem(say('activity.problem.export', { path }));
      }
    },
    async verifyActivity() {
      const checked = await recordWatch.check();
      return checked.ok ? value({ events: checked.events }) : problem(checked.problem);
    },
  };
}

function exportFolder(): string {
  const downloads = join(homedir(), 'Downloads');
  return existsSync(downloads) ? downloads : homedir();
}

/** A time that sorts and is a file name everywhere: 2026-11-22-140259-123. */
function fileTime(instant: number): string {
  return new Date(instant).toISOString().replace('T', '-').replaceAll(':', '').replace('.', '-').replace('Z', '');
}
