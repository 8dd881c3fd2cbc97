import { Button, Spinner } from '@fluentui/react-components';
import { ShieldCheckmarkRegular } from '@fluentui/react-icons/svg/shield-checkmark';
import { ShieldErrorRegular } from '@fluentui/react-icons/svg/shield-error';
import { ShieldQuestionRegular } from '@fluentui/react-icons/svg/shield-question';
import { useState, type ReactNode } from 'react';
import { FormattedMessage } from 'react-intl';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote, Note, TimeText } from '../look/index.ts';

/** Whether the record is whole, in one quiet line, and the way to check it now. */
export function RecordLine(): ReactNode {
  const text = useText();
  const record = useSnapshot(({ status }) => status.record);
  const verify = useCall('verifyActivity');
  const [events, setEvents] = useState<number | null>(null);
  const check = async (): Promise<void> => {
    setEvents(null);
    const done = await verify.run(undefined);
    if (done !== null) setEvents(done.value.events);
  };
  return (
    <footer className="cs-record">
      {record.state === 'broken' && <Note tone="stop">{text('activityScreen.record.broken')}</Note>}
      <ErrorNote problem={verify.problem} />
      <div className="cs-record-line">
        {record.state === 'intact' ? <ShieldCheckmarkRegular aria-hidden fontSize={16} /> : record.state === 'broken' ? <ShieldErrorRegular aria-hidden fontSize={16} /> : <ShieldQuestionRegular aria-hidden fontSize={16} />}
        <RecordState />
        <Button size="small" appearance="transparent" disabledFocusable={verify.isBusy} onClick={() => void check()}>
          {text('activityScreen.record.check')}
        </Button>
        <output className="cs-row">
          {verify.isBusy && <Spinner size="extra-tiny" label={text('activityScreen.record.checking')} />}
          {!verify.isBusy && events !== null && text('activityScreen.record.counted', { events })}
        </output>
      </div>
    </footer>
  );
}

function RecordState(): ReactNode {
  const record = useSnapshot(({ status }) => status.record);
  const text = useText();
  if (record.state === 'unchecked') return <span>{text('activityScreen.record.unchecked')}</span>;
  if (record.state === 'broken') return <span>{text('activityScreen.record.brokenShort')}</span>;
  return (
    <span>
      {record.since === null ? (
        text('activityScreen.record.intactNew')
      ) : (
        <FormattedMessage id="activityScreen.record.intact" values={{ since: <TimeText at={record.since} show="date" /> }} />
      )}{' '}
      {record.checkedAt !== null && <FormattedMessage id="activityScreen.record.checked" values={{ ago: <TimeText at={record.checkedAt} show="relative" /> }} />}
    </span>
  );
}
