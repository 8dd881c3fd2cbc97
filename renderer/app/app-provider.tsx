import { useLayoutEffect, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { Bridge, Settings } from '../../preload/contract.ts';
import { Busy } from '../look/busy.tsx';
import { ThemeProvider } from '../look/theme-provider.tsx';
import { BridgeContext } from './bridge.ts';
import { AppIntl, useText } from './intl.tsx';
import { chooseLocale } from './locale.ts';
import { StoreContext, type SnapshotStore } from './store.ts';

/** What a window shows before main has told its preferences. */
const beforeSettings: Pick<Settings, 'theme' | 'language'> = { theme: 'system', language: 'system' };

export interface AppProviderProps {
  readonly bridge: Bridge;
  readonly store: SnapshotStore;
  readonly children: ReactNode;
}

/** Everything a window needs around it: main, the store fed by it, the theme and the texts. Shows its children once the first snapshot is there. */
export function AppProvider({ bridge, store, children }: AppProviderProps): ReactNode {
  return (
    <BridgeContext value={bridge}>
      <StoreContext value={store}>
        <Dressed store={store}>{children}</Dressed>
      </StoreContext>
    </BridgeContext>
  );
}

function Dressed({ store, children }: { readonly store: SnapshotStore; readonly children: ReactNode }): ReactNode {
  const hasSnapshot = useStore(store, (state) => state.snapshot !== null);
  const theme = useStore(store, (state) => state.snapshot?.settings.theme ?? beforeSettings.theme);
  const language = useStore(store, (state) => state.snapshot?.settings.language ?? beforeSettings.language);
  const chosen = chooseLocale(language, navigator.languages);
  const { locale, direction } = chosen;
  useLayoutEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dir = direction;
  }, [locale, direction]);
  return (
    <ThemeProvider theme={theme} direction={direction}>
      <AppIntl {...chosen}>{hasSnapshot ? children : <Starting />}</AppIntl>
    </ThemeProvider>
  );
}

function Starting(): ReactNode {
  const text = useText();
  return <Busy label={text('app.starting')} />;
}
