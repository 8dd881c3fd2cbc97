import { expect, test } from 'vitest';
import { environmentLanguages } from '../../main/shell/environment-languages.ts';

test.each([
  [{ LANG: 'de_DE.UTF-8' }, ['de-DE']],
  [{ LANG: 'de_CH.UTF-8@euro', LANGUAGE: 'fr:de_CH:en_GB' }, ['fr', 'de-CH', 'en-GB']],
  [{ LANG: 'de_DE.UTF-8', LC_MESSAGES: 'ja_JP.UTF-8' }, ['ja-JP']],
  [{ LANG: 'de_DE.UTF-8', LC_MESSAGES: '', LC_ALL: 'fr_FR' }, ['fr-FR']],
  [{ LANG: 'fr' }, ['fr']],
  [{ LANG: 'C.UTF-8', LANGUAGE: 'de' }, ['en']],
  [{ LC_ALL: 'POSIX', LANG: 'de_DE' }, ['en']],
  [{ LANG: 'de_DE; rm -rf /' }, ['en']],
  [{ LANG: 'de_DE', LANGUAGE: '../../etc:de' }, ['de', 'de-DE']],
  [{ LANG: '' }, ['sv-SE']],
  [{}, ['sv-SE']],
])('%j prefers %j', (env, languages) => expect(environmentLanguages(env, 'sv-SE')).toEqual(languages));
