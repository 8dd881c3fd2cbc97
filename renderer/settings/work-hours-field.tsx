import { Checkbox, Input } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { settings as schema } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { SettingRow } from './setting-row.tsx';
import { useSetting } from './use-setting.ts';

const days = schema.shape.workDays.element.options;

/** When the person works: which days, and from when to when. */
export function WorkHoursField(): ReactNode {
  const text = useText();
  const { value, isLocked, isBusy, problem, save } = useSetting('workDays');
  return (
    <>
      <SettingRow isWide label={text('settings.workHours')} hint={text('settings.workHours.hint')} isLocked={isLocked} problem={problem}>
        {(ids) => (
          <fieldset className="cs-setting-days" {...ids}>
            {days.map((day) => (
              <Checkbox
                key={day}
                label={text(`settings.workDays.${day}`)}
                checked={value.includes(day)}
                disabled={isLocked || isBusy}
                onChange={(_event, data) => void save(days.filter((one) => (one === day ? data.checked === true : value.includes(one))))}
              />
            ))}
          </fieldset>
        )}
      </SettingRow>
      <TimeRow name="workStart" label={text('settings.workHours.from')} />
      <TimeRow name="workEnd" label={text('settings.workHours.to')} />
    </>
  );
}

/** A time of day. What was typed stays until it is one; nothing is sent before. */
function TimeRow({ name, label }: { readonly name: 'workStart' | 'workEnd'; readonly label: string }): ReactNode {
  const setting = useSetting(name);
  const [draft, setDraft] = useState<string | null>(null);
  const commit = async (): Promise<void> => {
    const parsed = schema.shape[name].safeParse(draft);
    if (!parsed.success || parsed.data === setting.value || (await setting.save(parsed.data))) setDraft(null);
  };
  return (
    <SettingRow label={label} isLocked={setting.isLocked} problem={setting.problem}>
      {(ids) => (
        <Input
          {...ids}
          type="time"
          className="cs-setting-number"
          value={draft ?? setting.value}
          disabled={setting.isLocked}
          onChange={(_event, data) => setDraft(data.value)}
          onBlur={() => void commit()}
        />
      )}
    </SettingRow>
  );
}
