import { createContext, useContext, useEffect, useState } from 'react';
import type { Screen } from '../../preload/contract.ts';
import { useBridge } from './bridge.ts';

export interface Navigation {
  readonly screen: Screen;
  readonly show: (screen: Screen) => void;
}

export const NavigationContext = createContext<Navigation | null>(null);

/** Which screen the main window shows, and how to show another: `useNavigation().show('claws')`. */
export function useNavigation(): Navigation {
  const navigation = useContext(NavigationContext);
  if (navigation === null) throw new Error('There are no screens around this component.');
  return navigation;
}

/** The main window's own state of navigation; the shell's `navigate` events are obeyed. */
export function useNavigationState(first: Screen): Navigation {
  const bridge = useBridge();
  const [screen, show] = useState(first);
  useEffect(() => bridge.on('navigate', (event) => show(event.screen)), [bridge]);
  return { screen, show };
}
