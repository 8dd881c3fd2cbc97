import { createDOMRenderer, FluentProvider, RendererProvider, useFocusFinders } from '@fluentui/react-components';
import { useEffect, useMemo, useSyncExternalStore, type ReactNode } from 'react';
import type { Settings } from '../../preload/contract.ts';
import { darkTheme, lightTheme } from './theme.ts';

const prefersDark = window.matchMedia('(prefers-color-scheme: dark)');

function onPreferenceChange(listener: () => void): () => void {
  prefersDark.addEventListener('change', listener);
  return () => prefersDark.removeEventListener('change', listener);
}

/** The nonce that the shell wrote into the page and into its Content-Security-Policy header. */
function pageNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';
}

export interface ThemeProviderProps {
  readonly theme: Settings['theme'];
  readonly direction: 'ltr' | 'rtl';
  readonly children: ReactNode;
}

/** Fluent in our theme. 'system' follows the system's preference while the window is open. */
export function ThemeProvider({ theme, direction, children }: ThemeProviderProps): ReactNode {
  const systemIsDark = useSyncExternalStore(onPreferenceChange, () => prefersDark.matches);
  const isDark = theme === 'dark' || (theme === 'system' && systemIsDark);
  const renderer = useMemo(() => createDOMRenderer(document, { styleElementAttributes: { nonce: pageNonce() } }), []);
  useEffect(() => {
    document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
  }, [isDark]);
  return (
    <RendererProvider renderer={renderer} targetDocument={document}>
      <FluentProvider className="cs-theme" theme={isDark ? darkTheme : lightTheme} dir={direction}>
        <StandingFocus />
        {children}
      </FluentProvider>
    </RendererProvider>
  );
}

/**
 * Uses Fluent's focus manager (tabster) as long as the window lives. It is taken down with its last user, and then leaves the
 * page under a dialog hidden from screen readers for good when that dialog went in the same moment.
 */
function StandingFocus(): ReactNode {
  useFocusFinders();
  return null;
}
