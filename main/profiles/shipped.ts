import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { profileFile, type ToolProfile } from '../model/tool-profile.ts';

/** The profiles that come with the app: `assets/profiles/*.json`. Throws when one of them is broken, which a test keeps from happening. */
export function readShippedProfiles(assets: string): readonly ToolProfile[] {
  const folder = join(assets, 'profiles');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json')).sort();
  return names.flatMap((name) => profileFile.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))).profiles);
}
