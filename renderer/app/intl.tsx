import { createContext, useCallback, useContext, type ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import type { Language, Message } from '../../preload/contract.ts';
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
  const language = useContext(LanguageContext);
  return useCallback(({ id, values }) => text(id, id === 'profile.text' ? { text: values[language] ?? values['text'] ?? '' } : values), [text, language]);
}

/** A contract `Message` as text, disarmed characters as tags. */
export function Say({ message }: { readonly message: Message }): ReactNode {
  const say = useSay();
  return <Disarmed text={say(message)} />;
}
