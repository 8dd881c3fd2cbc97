import { Input, Select, Switch } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { settings as schema, type Language } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { SettingRow } from './setting-row.tsx';
import { useSetting } from './use-setting.ts';

type SwitchKey = 'openAtLogin' | 'signOutOnLock' | 'notifications';
type SecondsKey = 'answerWithinSeconds' | 'clientWaitSeconds' | 'sendHoldSeconds' | 'payHoldSeconds' | 'deleteHoldSeconds';

/** On or off. */
export function SwitchField({ name }: { readonly name: SwitchKey }): ReactNode {
  const text = useText();
  const setting = useSetting(name);
  return (
    <SettingRow label={text(`settings.${name}`)} hint={text(`settings.${name}.hint`)} isLocked={setting.isLocked} problem={setting.problem}>
      {(ids) => (
        <Switch {...ids} checked={setting.value} disabled={setting.isLocked || setting.isBusy} onChange={(_event, data) => void setting.save(data.checked)} />
      )}
    </SettingRow>
  );
}

const themes = schema.shape.theme.options;
const languages = schema.shape.language.options;

export function ThemeField(): ReactNode {
  const text = useText();
  const setting = useSetting('theme');
  return (
    <SettingRow label={text('settings.theme')} isLocked={setting.isLocked} problem={setting.problem}>
      {(ids) => (
        <Select
          {...ids}
          value={setting.value}
          disabled={setting.isLocked}
          onChange={(_event, data) => {
            const chosen = themes.find((theme) => theme === data.value);
            if (chosen !== undefined) void setting.save(chosen);
          }}
        >
          {themes.map((theme) => (
            <option key={theme} value={theme}>
              {text(`settings.theme.${theme}`)}
            </option>
          ))}
        </Select>
      )}
    </SettingRow>
  );
}

export function LanguageField(): ReactNode {
  const text = useText();
  const setting = useSetting('language');
  return (
    <SettingRow label={text('settings.language')} isLocked={setting.isLocked} problem={setting.problem}>
      {(ids) => (
        <Select
          {...ids}
          value={setting.value}
          disabled={setting.isLocked}
          onChange={(_event, data) => {
            const chosen = languages.find((language) => language === data.value);
            if (chosen !== undefined) void setting.save(chosen);
          }}
        >
          {languages.map((language) => (
            <option key={language} value={language} {...(language === 'system' ? {} : { lang: language })}>
              {language === 'system' ? text('settings.language.system') : ownName(language)}
            </option>
          ))}
        </Select>
      )}
    </SettingRow>
  );
}

/** Whoever looks for their language may not read the one that is shown. Some are written small, and begin a line here: "Français". */
function ownName(language: Language): string {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language;
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** Whole seconds between the contract's limits. What was typed stays until it is right; nothing is sent before. */
export function SecondsField({ name }: { readonly name: SecondsKey }): ReactNode {
  const text = useText();
  const setting = useSetting(name);
  const [draft, setDraft] = useState<string | null>(null);
  const limits = schema.shape[name];
  const isWrong = draft !== null && !limits.safeParse(readSeconds(draft)).success;
  const commit = async (): Promise<void> => {
    const parsed = limits.safeParse(readSeconds(draft ?? ''));
    if (draft === null || !parsed.success) return;
    if (parsed.data === setting.value || (await setting.save(parsed.data))) setDraft(null);
  };
  const range = text('settings.problem.range', { min: limits.minValue ?? 0, max: limits.maxValue ?? 0 });
  return (
    <SettingRow label={text(`settings.${name}`)} hint={text(`settings.${name}.hint`)} isLocked={setting.isLocked} problem={isWrong ? range : setting.problem}>
      {(ids) => (
        <Input
          {...ids}
          className="cs-setting-number"
          value={draft ?? String(setting.value)}
          inputMode="numeric"
          disabled={setting.isLocked}
          aria-invalid={isWrong}
          contentAfter={<span className="cs-small cs-muted">{text('settings.seconds')}</span>}
          onChange={(_event, data) => setDraft(data.value)}
          onBlur={() => void commit()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void commit();
          }}
        />
      )}
    </SettingRow>
  );
}

/** NaN for anything that is not plain digits, which no limit accepts. */
function readSeconds(draft: string): number {
  return /^\d{1,6}$/.test(draft.trim()) ? Number(draft.trim()) : Number.NaN;
}
