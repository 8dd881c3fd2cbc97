import { StrictMode, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import '../look/tokens.css';
import '../look/look.css';
import '../look/marks.css';
import { AppProvider } from './app-provider.tsx';
import { followMain } from './store.ts';

/** Shows a window's content once main can be reached. The window lives as long as its page, so nothing is disposed of. */
export function startWindow(content: ReactNode): void {
  const root = document.querySelector('#root');
  if (root === null || !('countersign' in window)) throw new Error('This page is opened by Countersign only.');
  const bridge = window.countersign;
  const { store } = followMain(bridge);
  createRoot(root).render(
    <StrictMode>
      <AppProvider bridge={bridge} store={store}>
        {content}
      </AppProvider>
    </StrictMode>,
  );
}
