import { Suspense, type ReactNode } from 'react';
import { FirstRun } from '../first-run/first-run.tsx';
import { Busy } from '../look/busy.tsx';
import './app.css';
import { Announcer } from './announcer.tsx';
import { Banners } from './banners.tsx';
import { HeldActions } from './held-actions.tsx';
import { useText } from './intl.tsx';
import { NavigationContext, useNavigationState } from './navigation.ts';
import { screens } from './screens.tsx';
import { Sidebar } from './sidebar.tsx';
import { useSnapshot } from './store.ts';
import { useWindowTitle } from './use-window-title.ts';

/** The main window: the first run until it is done or skipped, then the sidebar and the chosen screen. */
export function MainWindow(): ReactNode {
  const isFirstRunDone = useSnapshot((snapshot) => snapshot.settings.isFirstRunDone);
  return (
    <>
      {isFirstRunDone ? <Frame /> : <FirstFrame />}
      <Announcer />
    </>
  );
}

function FirstFrame(): ReactNode {
  return (
    <div className="cs-content cs-first-frame">
      <FirstRun />
      <HeldActions />
    </div>
  );
}

function Frame(): ReactNode {
  const text = useText();
  const navigation = useNavigationState('inbox');
  const entry = screens.find(({ screen }) => screen === navigation.screen);
  const title = text(`nav.${navigation.screen}`);
  useWindowTitle(title);
  return (
    <NavigationContext value={navigation}>
      <div className="cs-frame">
        <Sidebar />
        <div className="cs-content">
          <Banners />
          <main className="cs-main" key={navigation.screen}>
            <Suspense fallback={<Busy label={text('app.opening', { screen: title })} />}>{entry !== undefined && <entry.Content />}</Suspense>
          </main>
          <HeldActions />
        </div>
      </div>
    </NavigationContext>
  );
}
