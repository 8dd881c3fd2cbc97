import type { Language, Message } from '../../preload/contract.ts';
import english from './en.json' with { type: 'json' };

/**
 * Our own rules are written in English, in Cedar and in the record. What they say is found by it: their titles, and their reasons,
 * the longest first, since some begin as others do.
 */
const ownSentences: ReadonlyMap<string, string> = new Map(
  Object.entries(english)
    .flatMap(([id, text]) => (/^rules\.(?:builtIn|reason|title)\./.test(id) ? [[text, id] as const] : []))
    .toSorted(([one], [other]) => other.length - one.length),
);

/** What a rule says, in the words of that catalog where the rule is ours; several reasons stand one after the other. Another's words stay as they are. */
export function ruleWords(text: string, catalog: Readonly<Record<string, unknown>>): string {
  const said: string[] = [];
  for (let rest = text; rest !== ''; ) {
    const [sentence, id] = [...ownSentences].find(([own]) => rest === own || rest.startsWith(`${own} `)) ?? [];
    if (sentence === undefined || id === undefined) return text;
    const own = catalog[id];
    said.push(typeof own === 'string' ? own : sentence);
    rest = rest.slice(sentence.length + 1);
  }
  return said.join(' ');
}

/** The values of a message as they are said in a language: a phrase that brought its own languages in that one, and our rules in its words. */
export function spokenValues({ id, values }: Message, language: Language, catalog: Readonly<Record<string, unknown>>): Message['values'] {
  if (id === 'profile.text') return { text: values[language] ?? values['text'] ?? '' };
  const { reason, rule } = values;
  return {
    ...values,
    ...(typeof reason === 'string' ? { reason: ruleWords(reason, catalog) } : {}),
    ...(typeof rule === 'string' ? { rule: ruleWords(rule, catalog) } : {}),
  };
}
