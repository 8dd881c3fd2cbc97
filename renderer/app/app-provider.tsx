import { useLayoutEffect, type ReactNode } from 'react';
import { useStore } from 'zustand';
import type { Bridge } from '../../preload/contract.ts';
import { Busy } from '../look/busy.tsx';
import { ThemeProvider } from '../look/theme-provider.tsx';
import { BridgeContext } from './bridge.ts';
import { useSpeech } from './catalogs.ts';
import { AppIntl } from './intl.tsx';
import { StoreContext, type SnapshotStore } from './store.ts';

export interface AppProviderProps {
  readonly bridge: Bridge;
  readonly store: SnapshotStore;
  readonly children: ReactNode;
}

/** Everything a window needs around it: main, the store fed by it, the theme and the texts. Shows its children once the first snapshot and its texts are there. */
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
  const theme = useStore(store, (state) => state.snapshot?.settings.theme ?? 'system');
  const speech = useSpeech(useStore(store, (state) => state.snapshot?.locale ?? null));
  const { tag, direction } = speech?.locale ?? { tag: 'en', direction: 'ltr' };
  useLayoutEffect(() => {
    document.documentElement.lang = tag;
    document.documentElement.dir = direction;
  }, [tag, direction]);
  return (
    <ThemeProvider theme={theme} direction={direction}>
      {speech === undefined ? <Busy /> : <AppIntl {...speech}>{children}</AppIntl>}
    </ThemeProvider>
  );
}
