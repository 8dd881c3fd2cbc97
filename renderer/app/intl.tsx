import { useCallback, type ReactNode } from 'react';
import { IntlProvider, useIntl } from 'react-intl';
import type { Message } from '../../preload/contract.ts';
import english from '../locales/en.json';
import { Disarmed } from '../look/disarmed.tsx';
import type { ChosenLocale, Language } from './locale.ts';

const catalogs: Record<Language, Record<string, string>> = { en: english };

/** Texts, dates and numbers for everything below. A text the catalog lacks shows as its id, never as nothing. */
export function AppIntl({ language, locale, children }: ChosenLocale & { readonly children: ReactNode }): ReactNode {
  return (
    <IntlProvider locale={locale} defaultLocale="en" messages={catalogs[language]} onError={() => undefined}>
      {children}
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
  return useCallback((message) => text(message.id, message.values), [text]);
}

/** A contract `Message` as text, disarmed characters as tags. */
export function Say({ message }: { readonly message: Message }): ReactNode {
  const say = useSay();
  return <Disarmed text={say(message)} />;
}
