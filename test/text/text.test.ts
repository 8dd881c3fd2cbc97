import { readdirSync, readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Grant } from '../../main/model/grant.ts';
import { say } from '../../main/model/say.ts';
import { grantText } from '../../main/policy/grant-text.ts';
import { personalRuleText } from '../../main/policy/personal-rules.ts';
import { catalogs } from '../../main/text/catalogs.ts';
import { chooseLocale } from '../../main/text/language.ts';
import { sayPhrase } from '../../main/text/phrases.ts';
import { createText, inEnglish } from '../../main/text/text.ts';
import { ruleWords, spokenValues } from '../../renderer/locales/spoken.ts';
import { agentId, connectionId, digest, grantId, languages, type Locale } from '../../preload/contract.ts';

describe('texts outside of windows', () => {
  test('follow the language from one text to the next', () => {
    let locale: Locale = chooseLocale('en', []);
    const text = createText(() => locale);
    for (const language of languages) {
      locale = chooseLocale(language, []);
      expect(text(say('tray.menu.open'))).toBe(catalogs[language]['tray.menu.open']);
    }
  });

  test('an id that no catalog has is shown itself', () => {
    const text = createText(() => chooseLocale('en', []));
    expect(text(say('no.such.text'))).toBe('no.such.text');
  });

  test('numbers are written as the region writes them', () => {
    const message = say('activity.email.attached', { count: 12_345 });
    expect(createText(() => chooseLocale('en', ['en-US']))(message)).toContain('12,345');
    expect(createText(() => chooseLocale('de', ['de-DE']))(message)).toContain('12.345');
    expect(createText(() => chooseLocale('de', ['de-CH']))(message)).not.toContain('12.345');
  });

  test('what is recorded and what programs read is English, whatever people read', () => {
    createText(() => chooseLocale('de', []))(say('grant.same'));
    expect(inEnglish(say('grant.same'))).toBe('This exact thing again today');
  });
});

describe('a text that came with its own languages', () => {
  const phrase = { en: 'order {goods}', de: '{goods} bestellen', xx: 'never shown {goods}' };

  test('is one message, the same whatever people read, that has each language of the app', () => {
    const message = sayPhrase(phrase, { goods: 'paper' });
    expect(message).toMatchObject({ id: 'profile.text', values: { text: 'order paper' } });
    expect(message.values).not.toHaveProperty('xx');
    for (const language of languages) expect(createText(() => chooseLocale(language, []))(message)).toBe(language === 'de' ? 'paper bestellen' : 'order paper');
  });

  test('says what an earlier version recorded, and leaves other messages alone', () => {
    expect(spokenValues(say('profile.text', { text: 'order paper' }), 'en', {})).toEqual({ text: 'order paper' });
    expect(spokenValues(say('other', { text: 'a', de: 'b' }), 'en', {})).toEqual({ text: 'a', de: 'b' });
  });
});

describe('what our own rules say', () => {
  const folder = join(import.meta.dirname, '../../assets/policies');
  const shipped = readdirSync(folder).flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/@(?:title|reason|requireApproval|requireReauth)\("(.*)"\)/g)].map(([, text]) => text ?? ''));

  test('is said in every language, each title and each reason', () => {
    expect(shipped.length).toBeGreaterThan(30);
    for (const language of languages.filter((one) => one !== 'en')) expect(shipped.filter((text) => ruleWords(text, catalogs[language]) === text)).toEqual([]);
    for (const text of shipped) expect(ruleWords(text, catalogs.en)).toBe(text);
  });

  test('is said in every language for the person’s own rules and standing answers too', () => {
    const grant: Grant = { id: grantId.parse(randomUUID()), agent: agentId.parse('a'), connection: connectionId.parse('b'), actionKind: 'invokeTool', name: 'c', scope: { kind: 'reading' }, sentence: say('s'), from: 0, until: 1 };
    const once: Grant = { ...grant, scope: { kind: 'once', digest: digest.parse('a'.repeat(64)), effect: 'read', facts: {} } };
    const rules = ['allow', 'ask', 'never', 'other'].map((rule) => personalRuleText({ connection: 'b', tool: 'c', rule, createdAt: 0 }));
    const own = [...rules, grantText(grant), grantText(once)].flatMap((cedar) => [...cedar.matchAll(/@(?:title|reason|requireApproval)\("(.*)"\)/g)].map(([, text]) => text ?? ''));
    expect(own).toHaveLength(11);
    for (const language of languages.filter((one) => one !== 'en')) expect(own.filter((text) => ruleWords(text, catalogs[language]) === text)).toEqual([]);
  });

  test('is said in full where there are several reasons, on the card and in the record', () => {
    const german = createText(() => chooseLocale('de', []));
    expect(german(say('card.why', { reason: 'You are asked before any payment. You are asked before anything leaves your company.' }))).toBe('Sie werden vor jeder Zahlung gefragt. Sie werden gefragt, bevor etwas Ihr Unternehmen verlässt.');
    expect(german(say('activity.step.intent.ask', { agent: 'Mia', rule: 'Payments are asked about' }))).toContain(catalogs.de['rules.builtIn.payments']);
  });

  test.each(['Acme asks before email leaves the company.', 'You are asked before any payment. Ask Bo.', 'You are asked before any payment', ''])('a company’s own words stay as they are: %j', (text) => expect(ruleWords(text, catalogs.de)).toBe(text));
});
