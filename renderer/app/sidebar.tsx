import { Button } from '@fluentui/react-components';
import { PauseRegular } from '@fluentui/react-icons/svg/pause';
import { PlayRegular } from '@fluentui/react-icons/svg/play';
import type { ReactNode } from 'react';
import { Disarmed } from '../look/disarmed.tsx';
import { Logo } from '../look/logo.tsx';
import { ErrorNote } from '../look/note.tsx';
import { useText } from './intl.tsx';
import { useNavigation } from './navigation.ts';
import { screens } from './screens.tsx';
import { useSnapshot } from './store.ts';
import { useCall } from './use-call.ts';

/** The way between the screens, and the one switch that stops everything. */
export function Sidebar(): ReactNode {
  const text = useText();
  const managedBy = useSnapshot((snapshot) => snapshot.status.managedBy);
  return (
    <nav className="cs-sidebar" aria-label={text('nav.label')}>
      <div className="cs-brand">
        <Logo />
        <span className="cs-sidebar-word">{text('app.name')}</span>
      </div>
      <ul className="cs-nav">
        {screens.map((entry) => (
          <li key={entry.screen}>
            <NavigationItem {...entry} />
          </li>
        ))}
      </ul>
      <div className="cs-sidebar-end">
        <PauseButton />
        {managedBy !== null && (
          <p className="cs-managed cs-small cs-muted cs-sidebar-word">
            <Disarmed text={text('app.managedBy', { name: managedBy.name })} />
          </p>
        )}
      </div>
    </nav>
  );
}

function NavigationItem({ screen, icon: Icon, activeIcon: ActiveIcon }: (typeof screens)[number]): ReactNode {
  const text = useText();
  const navigation = useNavigation();
  const waiting = useSnapshot((snapshot) => (screen === 'inbox' ? snapshot.approvals.filter(({ answer }) => answer === null).length : 0));
  const isCurrent = navigation.screen === screen;
  const name = text(`nav.${screen}`);
  return (
    <button type="button" className="cs-nav-item" aria-current={isCurrent ? 'page' : undefined} title={name} onClick={() => navigation.show(screen)}>
      {isCurrent ? <ActiveIcon aria-hidden fontSize={20} /> : <Icon aria-hidden fontSize={20} />}
      <span className="cs-sidebar-word">{name}</span>
      {waiting > 0 && (
        <span className="cs-nav-count cs-tabular">
          <span aria-hidden>{waiting}</span>
          <span className="cs-hidden">{text('nav.waiting', { count: waiting })}</span>
        </span>
      )}
    </button>
  );
}

function PauseButton(): ReactNode {
  const text = useText();
  const isPaused = useSnapshot((snapshot) => snapshot.status.isPaused);
  const pause = useCall('setPaused');
  const label = text(isPaused ? 'pause.resume' : 'pause.all');
  return (
    <>
      <ErrorNote problem={pause.problem} />
      <Button
        className="cs-pause"
        title={label}
        icon={isPaused ? <PlayRegular /> : <PauseRegular />}
        disabledFocusable={pause.isBusy}
        onClick={() => void pause.run({ isPaused: !isPaused })}
      >
        <span className="cs-sidebar-word">{label}</span>
      </Button>
    </>
  );
}
