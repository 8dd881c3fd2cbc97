import { KeyRegular } from '@fluentui/react-icons/svg/key';
import { WarningRegular } from '@fluentui/react-icons/svg/warning';
import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { Chip } from '../look/chip.tsx';
import { CopyField } from '../look/copy-field.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { Panel, ScreenHeader, SectionTitle } from '../look/layout.tsx';
import { Note } from '../look/note.tsx';
import { LanguageField, SecondsField, SwitchField, ThemeField } from './fields.tsx';
import { ListField } from './list-field.tsx';
import { CertificatesField, ProxyField } from './network-fields.tsx';
import { SettingRow } from './setting-row.tsx';
import { WorkHoursField } from './work-hours-field.tsx';
import './settings.css';
import { ApproversField, PasscodeField } from './signing-fields.tsx';

/** Every preference in plain words; what the organization fixed is shown locked. */
export function SettingsScreen(): ReactNode {
  const text = useText();
  return (
    <div className="cs-settings">
      <ScreenHeader title={text('nav.settings')} subtitle={text('settings.subtitle')} />
      <ManagedNote />
      <Group title={text('settings.group.questions')}>
        <SecondsField name="answerWithinSeconds" />
        <SecondsField name="clientWaitSeconds" />
        <SwitchField name="notifications" />
        <WorkHoursField />
      </Group>
      <Group title={text('settings.group.undo')}>
        <SecondsField name="sendHoldSeconds" />
        <SecondsField name="payHoldSeconds" />
        <SecondsField name="deleteHoldSeconds" />
      </Group>
      <Group title={text('settings.group.signing')}>
        <PasscodeField />
        <ApproversField />
      </Group>
      <Group title={text('settings.group.company')}>
        <ListField name="ownDomains" />
        <ListField name="attachmentFolders" />
      </Group>
      <Group title={text('settings.group.app')}>
        <ThemeField />
        <LanguageField />
        <SwitchField name="openAtLogin" />
        <SwitchField name="signOutOnLock" />
      </Group>
      <Group title={text('settings.group.network')}>
        <ProxyField />
        <ListField name="noProxy" />
        <CertificatesField />
      </Group>
      <Group title={text('settings.group.code')}>
        <ListField name="allowedHosts" />
        <ListField name="deniedHosts" />
      </Group>
      <Group title={text('settings.group.computer')}>
        <ThisComputer />
      </Group>
    </div>
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }): ReactNode {
  return (
    <section aria-label={title}>
      <SectionTitle>{title}</SectionTitle>
      <Panel isPadded={false} className="cs-setting-group">
        {children}
      </Panel>
    </section>
  );
}

function ManagedNote(): ReactNode {
  const text = useText();
  const managedBy = useSnapshot(({ status }) => status.managedBy);
  const hasLocked = useSnapshot(({ lockedSettings }) => lockedSettings.length > 0);
  if (managedBy === null || !hasLocked) return null;
  const { name, contact } = managedBy;
  return (
    <Note>
      <Disarmed text={contact === null ? text('settings.managed', { name }) : text('settings.managedContact', { name, contact })} />
    </Note>
  );
}

function ThisComputer(): ReactNode {
  const text = useText();
  const { keychain, version, mcpUrl } = useSnapshot(({ status }) => status);
  const isSafe = keychain === 'os';
  return (
    <>
      <SettingRow label={text('settings.keychain')} hint={text(`settings.keychain.${keychain}.hint`)}>
        {() => (
          <Chip tone={isSafe ? 'good' : 'mind'} icon={isSafe ? <KeyRegular aria-hidden /> : <WarningRegular aria-hidden />}>
            {text(`settings.keychain.${keychain}`)}
          </Chip>
        )}
      </SettingRow>
      <div className="cs-setting cs-setting-wide">
        <CopyField label={text('settings.mcpUrl')} value={mcpUrl} />
      </div>
      <SettingRow label={text('settings.version')}>{() => <span className="cs-tabular">{version}</span>}</SettingRow>
    </>
  );
}
