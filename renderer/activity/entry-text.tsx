import { AppGenericRegular } from '@fluentui/react-icons/svg/app-generic';
import type { ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import type { ActivityEntry } from '../../preload/contract.ts';
import { Say, useSay } from '../app/intl.tsx';
import { Avatar, Disarmed, Joined } from '../look/index.ts';
import { useConnectionName } from './connection-name.ts';

interface EntryProps {
  readonly entry: ActivityEntry;
}

const strong = (chunks: ReactNode): ReactNode => <strong>{chunks}</strong>;

/** "**Marketing Claw** sent “Q3 price list” to 4 people". */
export function EntrySentence({ entry }: EntryProps): ReactNode {
  if (entry.agent === null) return <Say message={entry.sentence} />;
  return (
    <FormattedMessage
      id="activityScreen.row"
      values={{
        strong,
        agent: <Disarmed text={entry.agent.name} />,
        sentence: <Say message={entry.sentence} />,
      }}
    />
  );
}

/** "You approved · Work mail · one outside Acme". */
export function EntryDetails({ entry }: EntryProps): ReactNode {
  const say = useSay();
  const said = entry.details.map((detail) => say(detail));
  const nameOf = useConnectionName();
  const name = entry.connection === null ? undefined : nameOf(entry.connection);
  const parts = name === undefined || said.includes(name) ? said : [...said.slice(0, 1), name, ...said.slice(1)];
  if (parts.length === 0) return null;
  return (
    <span className="cs-event-details">
      <Joined>
        {parts.map((part) => (
          <span key={part}>
            <Disarmed text={part} />
          </span>
        ))}
      </Joined>
    </span>
  );
}

export function EntryAvatar({ entry }: EntryProps): ReactNode {
  if (entry.agent !== null) return <Avatar id={entry.agent.id} name={entry.agent.name} />;
  return (
    <span className="cs-avatar cs-avatar-app" aria-hidden>
      <AppGenericRegular fontSize={20} />
    </span>
  );
}
