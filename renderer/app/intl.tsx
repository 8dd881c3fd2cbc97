import { createContext, useCallback, useContext, type ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import type { Language, Message } from '../../preload/contract.ts';
import { ruleWords, spokenValues } from '../locales/spoken.ts';
import { Disarmed } from '../look/disarmed.tsx';
import type { Speech } from './catalogs.ts';

const LanguageContext = createContext<Language>('en');

/** Texts, dates and numbers for everything below. A text that no catalog has shows as its id, never as nothing. */
export function AppIntl({ locale, messages, children }: Speech & { readonly children: ReactNode }): ReactNode {
  return (
    <IntlProvider locale={locale.tag} defaultLocale="en" messages={{ ...messages }} onError={() => undefined}>
      <LanguageContext value={locale.language}>{children}</LanguageContext>
    </IntlProvider>
  );
}

/** Formats a message of the renderer's own: `text('inbox.title')`. */
export function useText(): (id: string, values?: Message['values']) => string {
  const intl = useIntl();
  return useCallback((id, values) => intl.formatMessage({ id, defaultMessage: id }, values), [intl]);
}

/** Formats a contract `Message` that main sent. For showing prefer `<Say>`, which also shows disarmed characters as tags. */
export function useSay(): (message: Message) => string {
  const text = useText();
  const { messages } = useIntl();
  const language = useContext(LanguageContext);
  return useCallback((message) => text(message.id, spokenValues(message, language, messages)), [text, language, messages]);
}

/** What a rule says, its title or its reason, in the person's language where the rule is ours. */
export function useRuleWords(): (text: string) => string {
  const { messages } = useIntl();
  return useCallback((text) => ruleWords(text, messages), [messages]);
}

/** A contract `Message` as text, disarmed characters as tags. */
export function Say({ message }: { readonly message: Message }): ReactNode {
  const say = useSay();
  return <Disarmed text={say(message)} />;
}
