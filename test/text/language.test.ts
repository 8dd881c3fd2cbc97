import { describe, expect, test } from 'vitest';
import { chooseLocale, createLanguage } from '../../main/text/language.ts';
import { languages, type Settings } from '../../preload/contract.ts';

describe('the person’s language', () => {
  test.each([
    ['system', ['en-GB', 'fr-FR'], 'en', 'en-GB'],
    ['system', ['pt-BR', 'en-AU'], 'en', 'en-AU'],
    ['system', ['pt-BR'], 'en', 'en'],
    ['system', [], 'en', 'en'],
    ['system', ['not a tag', 'C', '', 'en-IE'], 'en', 'en-IE'],
    ['en', ['fr-FR', 'en-GB'], 'en', 'en-GB'],
    ['en', ['fr-FR'], 'en', 'en'],
    ['de', ['en-GB', 'de-CH'], 'de', 'de-CH'],
    ['system', ['zh-TW', 'ja-JP', 'en-US'], 'ja', 'ja-JP'],
  ] as const)('set to %s on a system that prefers %j: %s, formatted as %s', (setting, preferred, language, tag) => {
    expect(chooseLocale(setting, preferred)).toEqual({ language, tag, direction: 'ltr' });
  });

  test.each(languages)('%s can be chosen, and is found by the system’s region of it', (language) => {
    const region = `${language}-${new Intl.Locale(language).maximize().region ?? ''}`;
    expect(chooseLocale(language, [])).toMatchObject({ language, tag: language });
    expect(chooseLocale('system', ['xx', region])).toMatchObject({ language, tag: region });
  });

  test('is decided anew when the setting or what the system tells has changed, and is the same object until then', () => {
    let setting: Settings['language'] = 'system';
    let preferred: readonly string[] = [];
    const changed: (() => void)[] = [];
    const locale = createLanguage({ get: () => ({ language: setting }), onChange: (listener) => (changed.push(listener), () => undefined) }, () => preferred);
    expect(locale().tag).toBe('en');
    preferred = ['en-GB'];
    const british = locale();
    expect(british.tag).toBe('en-GB');
    expect(locale()).toBe(british);
    setting = languages.at(-1) ?? 'en';
    for (const listener of changed) listener();
    expect(locale().language).toBe(setting);
  });
});
