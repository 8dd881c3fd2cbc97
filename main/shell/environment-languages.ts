/**
 * The languages that an environment prefers, as BCP 47 tags, best first: `LANGUAGE` (a list) before `LC_ALL`, `LC_MESSAGES` or
 * `LANG`, of which the first that is set counts (POSIX; GNU gettext manual, section 2.3). Where the environment names none, `otherwise`.
 */
export function environmentLanguages(env: Readonly<Record<string, string | undefined>>, otherwise: string): readonly string[] {
  const set = [env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((value) => value !== undefined && value !== '');
  if (set === undefined) return [otherwise];
  const locale = tagOf(set);
  // In the C locale `LANGUAGE` does not count.
  if (locale === undefined) return ['en'];
  const list = (env['LANGUAGE'] ?? '').split(':').flatMap((name) => tagOf(name) ?? []);
  return [...new Set([...list, locale])];
}

/** `de_DE.UTF-8@euro` is `de-DE`; undefined for `C`, `POSIX` and what is no name of a locale. */
function tagOf(name: string): string | undefined {
  const [, language, region] = /^([a-z]{2,3})(?:_([A-Z]{2}))?(?:\.[\w-]+)?(?:@\w+)?$/.exec(name) ?? [];
  if (language === undefined) return undefined;
  return region === undefined ? language : `${language}-${region}`;
}
