import { Button } from '@fluentui/react-components';
import { EyeRegular } from '@fluentui/react-icons/svg/eye';
import { PauseFilled } from '@fluentui/react-icons/svg/pause';
import { WarningFilled } from '@fluentui/react-icons/svg/warning';
import type { ReactNode } from 'react';
import { useIntl } from 'react-intl';
import { Disarmed } from '../look/disarmed.tsx';
import { Say, useText } from './intl.tsx';
import { useNavigation } from './navigation.ts';
import { useSnapshot } from './store.ts';
import { UnlockButton } from './unlock-button.tsx';
import { useCall } from './use-call.ts';

/** Main's word for a connection that waits for its sign-in; its way out is on the Connections screen. */
const signInProblem = 'status.problem.signIn';

/** Beyond that the way leads over the Connections screen. */
const mostSignIns = 2;

/** What needs the person's attention, and that everything is paused: over every screen. */
export function Banners(): ReactNode {
  const text = useText();
  const problems = useSnapshot((snapshot) => snapshot.status.problems);
  const isPaused = useSnapshot((snapshot) => snapshot.status.isPaused);
  const keychain = useSnapshot((snapshot) => snapshot.status.keychain);
  const navigation = useNavigation();
  const hasSignInProblem = problems.some(({ id }) => id === signInProblem);
  const pause = useCall('setPaused');
  const signingIn = useCall('startSignIn');
  const watched = useWatched();
  const waiting = useSnapshot((snapshot) => snapshot.connections).filter(({ browserSignIn, health }) => browserSignIn !== null && browserSignIn.stage === null && health.state === 'needs_sign_in');
  return (
    <section className="cs-banners" aria-label={text('banner.label')} hidden={problems.length === 0 && !isPaused && watched === null}>
      {isPaused && (
        <div className="cs-banner cs-banner-paused">
          <PauseFilled aria-hidden fontSize={18} />
          <p className="cs-grow">{text('banner.paused')}</p>
          <Button size="small" disabledFocusable={pause.isBusy} onClick={() => void pause.run({ isPaused: false })}>
            {text('pause.resume')}
          </Button>
        </div>
      )}
      {watched !== null && (
        <div className="cs-banner cs-banner-watch">
          <EyeRegular aria-hidden fontSize={18} />
          <p className="cs-grow cs-anywhere">
            <Disarmed text={text('banner.watch', { where: watched })} />
          </p>
          {navigation.screen !== 'rules' && (
            <Button size="small" onClick={() => navigation.show('rules')}>
              {text('banner.watch.rules')}
            </Button>
          )}
        </div>
      )}
      {problems.length > 0 && (
        <div className="cs-banner cs-banner-mind">
          <WarningFilled aria-hidden fontSize={18} />
          <ul className="cs-grow">
            {problems.map((problem) => (
              <li key={`${problem.id} ${JSON.stringify(problem.values)}`} className="cs-anywhere">
                <Say message={problem} />
              </li>
            ))}
          </ul>
          {keychain === 'locked' && <UnlockButton />}
          {navigation.screen !== 'connections' &&
            waiting.slice(0, mostSignIns).map(({ id, name }) => (
              <Button
                key={id}
                size="small"
                disabledFocusable={signingIn.isBusy}
                onClick={() => {
                  navigation.show('connections');
                  void signingIn.run({ id, client: null });
                }}
              >
                {text('banner.signIn', { name })}
              </Button>
            ))}
          {hasSignInProblem && navigation.screen !== 'connections' && (
            <Button size="small" onClick={() => navigation.show('connections')}>
              {text('banner.goToConnections')}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

/** Where reading is watched instead of asked about, in words; null: nowhere. */
function useWatched(): string | null {
  const text = useText();
  const intl = useIntl();
  const watched = useSnapshot(({ settings }) => settings.watchReads);
  const connections = useSnapshot((snapshot) => snapshot.connections);
  if (watched.includes('*')) return text('banner.watch.everywhere');
  const names = connections.filter(({ id }) => watched.includes(id)).map(({ name }) => name);
  return names.length === 0 ? null : intl.formatList(names, { type: 'conjunction' });
}
