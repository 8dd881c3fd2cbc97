import { Button, DrawerBody, DrawerHeader, DrawerHeaderTitle, OverlayDrawer } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useCallback, useState, type ReactNode } from 'react';
import type { ActivityDetail, ActivityEntry, DecisionView, Snapshot } from '../../preload/contract.ts';
import { ask, useBridge } from '../app/bridge.ts';
import { Say, useRuleWords, useText } from '../app/intl.tsx';
import { useLoaded } from '../app/use-loaded.ts';
import { useReturnFocus } from '../look/use-return-focus.ts';
import { Busy, Chip, CopyField, Disarmed, ErrorNote, ProgressChip, TimeText } from '../look/index.ts';
import { answerTones } from '../look/answer.ts';
import { FieldChanges } from '../look/field-changes.tsx';
import { LayerName } from '../look/managed.tsx';
import { useConnectionName } from './connection-name.ts';
import { EntryAvatar, EntryDetails, EntrySentence } from './entry-text.tsx';

/** Characters of a hash that are shown; the whole one is in its tooltip. */
const shortHash = 12;

const byRevision = ({ status }: Snapshot): number => status.activityRevision;

export interface ActivityDrawerProps {
  readonly entry: ActivityEntry | null;
  readonly onClose: () => void;
}

/** Everything the record holds of one action. */
export function ActivityDrawer({ entry, onClose }: ActivityDrawerProps): ReactNode {
  const text = useText();
  useReturnFocus(entry !== null);
  // Kept while the drawer slides out.
  const [shown, setShown] = useState(entry);
  if (entry !== null && entry !== shown) setShown(entry);
  if (shown === null) return null;
  return (
    <OverlayDrawer className="cs-drawer" position="end" size="medium" open={entry !== null} onOpenChange={(_event, data) => !data.open && onClose()}>
      <DrawerHeader>
        <DrawerHeaderTitle
          heading={{ as: 'h2' }}
          action={<Button appearance="subtle" aria-label={text('activityScreen.drawer.close')} icon={<DismissRegular />} onClick={onClose} />}
        >
          <span className="cs-row">
            <EntryAvatar entry={shown} />
            <span className="cs-drawer-title">
              <EntrySentence entry={shown} />
            </span>
          </span>
        </DrawerHeaderTitle>
      </DrawerHeader>
      <DrawerBody>
        <DrawerDetail key={shown.action} entry={shown} />
      </DrawerBody>
    </OverlayDrawer>
  );
}

function DrawerDetail({ entry }: { readonly entry: ActivityEntry }): ReactNode {
  const bridge = useBridge();
  const text = useText();
  const { action } = entry;
  const read = useCallback(() => ask(bridge, 'readActivity', { action }), [bridge, action]);
  const { value: detail, problem } = useLoaded(read, byRevision);
  const current = detail?.entry ?? entry;
  return (
    <div className="cs-stack cs-drawer-stack">
      <div className="cs-row cs-row-wrap">
        <ProgressChip progress={current.progress} />
        <EntryDetails entry={current} />
      </div>
      <ErrorNote problem={problem} />
      {detail === null && problem === null && <Busy label={text('activityScreen.drawer.loading')} />}
      {detail !== null && (
        <>
          <About detail={detail} />
          {detail.decision !== null && <Decision decision={detail.decision} />}
          {detail.edit !== undefined && <Edited edit={detail.edit} />}
          {detail.refusedEdits !== undefined && <RefusedEdits edits={detail.refusedEdits} />}
          <section className="cs-stack cs-stack-tight">
            <h3 className="cs-drawer-heading">{text('activityScreen.drawer.arguments')}</h3>
            <CopyField label={text('activityScreen.drawer.arguments.note')} value={detail.arguments} />
          </section>
          <Steps detail={detail} />
        </>
      )}
    </div>
  );
}

function About({ detail }: { readonly detail: ActivityDetail }): ReactNode {
  const text = useText();
  const nameOf = useConnectionName();
  const { entry } = detail;
  return (
    <section>
      <h3 className="cs-drawer-heading">{text('activityScreen.drawer.about')}</h3>
      <dl className="cs-record-facts">
        <Fact name={text('activityScreen.drawer.when')}>
          <TimeText at={entry.at} show="dateTime" />
        </Fact>
        {entry.agent !== null && (
          <Fact name={text('activityScreen.drawer.agent')}>
            <Disarmed text={entry.agent.name} />
          </Fact>
        )}
        {entry.connection !== null && (
          <Fact name={text('activityScreen.drawer.connection')}>
            <Disarmed text={nameOf(entry.connection)} />
          </Fact>
        )}
        <Fact name={text('activityScreen.drawer.tool')}>
          <span className="cs-mono cs-anywhere">
            <Disarmed text={detail.tool} />
          </span>
        </Fact>
        <Fact name={text('activityScreen.drawer.digest')}>
          <Hash value={detail.digest} />
        </Fact>
      </dl>
    </section>
  );
}

function Decision({ decision }: { readonly decision: DecisionView }): ReactNode {
  const text = useText();
  const wordsOf = useRuleWords();
  return (
    <section>
      <h3 className="cs-drawer-heading">{text('activityScreen.drawer.decision')}</h3>
      <div className="cs-decision">
        {decision.wouldAsk === true ? <Chip tone="mind">{text('screens.answer.watched')}</Chip> : <Chip tone={answerTones[decision.answer]}>{text(`screens.answer.${decision.answer}`)}</Chip>}
        <dl className="cs-record-facts">
          <Fact name={text('activityScreen.drawer.rule')}>
            <Disarmed text={wordsOf(decision.title)} />
          </Fact>
          <Fact name={text('activityScreen.drawer.decidedBy')}>
            <LayerName layer={decision.layer} />
          </Fact>
          {decision.reason !== null && (
            <Fact name={text('activityScreen.drawer.reason')}>
              <Disarmed text={wordsOf(decision.reason)} />
            </Fact>
          )}
        </dl>
      </div>
    </section>
  );
}

function Edited({ edit }: { readonly edit: NonNullable<ActivityDetail['edit']> }): ReactNode {
  const text = useText();
  return (
    <section className="cs-stack cs-stack-tight">
      <div>
        <h3 className="cs-drawer-heading">{text('activityScreen.drawer.edit')}</h3>
        <p className="cs-muted cs-small">{text('activityScreen.drawer.edit.note')}</p>
      </div>
      <FieldChanges changes={edit.changes} />
      <dl className="cs-record-facts">
        <Fact name={text('activityScreen.drawer.edit.digest')}>
          <Hash value={edit.digest} />
        </Fact>
      </dl>
    </section>
  );
}

function RefusedEdits({ edits }: { readonly edits: NonNullable<ActivityDetail['refusedEdits']> }): ReactNode {
  const text = useText();
  const wordsOf = useRuleWords();
  return (
    <section className="cs-stack cs-stack-tight">
      <div>
        <h3 className="cs-drawer-heading">{text('activityScreen.drawer.refused')}</h3>
        <p className="cs-muted cs-small">{text('activityScreen.drawer.refused.note')}</p>
      </div>
      {edits.map((edit, index) => (
        // What is recorded never moves among each other.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className="cs-stack cs-stack-tight">
          <FieldChanges changes={edit.changes} />
          <dl className="cs-record-facts">
            <Fact name={text('activityScreen.drawer.rule')}>
              <Disarmed text={wordsOf(edit.decision.title)} />
            </Fact>
            <Fact name={text('activityScreen.drawer.decidedBy')}>
              <LayerName layer={edit.decision.layer} />
            </Fact>
          </dl>
        </div>
      ))}
    </section>
  );
}

function Steps({ detail }: { readonly detail: ActivityDetail }): ReactNode {
  const text = useText();
  return (
    <section className="cs-stack cs-stack-tight">
      <div>
        <h3 className="cs-drawer-heading">{text('activityScreen.drawer.steps')}</h3>
        <p className="cs-muted cs-small">{text('activityScreen.drawer.steps.note')}</p>
      </div>
      <ol className="cs-steps">
        {detail.steps.map((step) => (
          <li key={step.hash}>
            <span className="cs-step-time">
              <TimeText at={step.at} />
            </span>
            <span className="cs-anywhere">
              <Say message={step.text} />
            </span>
            <Hash value={step.hash} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Hash({ value }: { readonly value: string }): ReactNode {
  const text = useText();
  return (
    <code className="cs-hash" title={value} dir="ltr">
      <span className="cs-hidden">{text('activityScreen.drawer.hash', { hash: '' })}</span>
      {value.slice(0, shortHash)}
    </code>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="cs-anywhere">{children}</dd>
    </div>
  );
}
