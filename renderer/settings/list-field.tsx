import { Button, Input } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useState, type ReactNode } from 'react';
import { settings as schema } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { readDomain, readFolder, readHost, readPlace } from './list-entries.ts';
import { SettingRow } from './setting-row.tsx';
import { useSetting } from './use-setting.ts';

type ListKey = 'ownDomains' | 'attachmentFolders' | 'noProxy' | 'allowedHosts' | 'deniedHosts';

const readers: Record<ListKey, (draft: string) => string | null> = { ownDomains: readDomain, attachmentFolders: readFolder, noProxy: readHost, allowedHosts: readPlace, deniedHosts: readPlace };

const mostEntries: Partial<Record<ListKey, number>> = { allowedHosts: 200, deniedHosts: 200 };

/** A list to add to and take from. What was typed stays in the field until main has taken it. */
export function ListField({ name }: { readonly name: ListKey }): ReactNode {
  const text = useText();
  const setting = useSetting(name);
  const [draft, setDraft] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const add = async (): Promise<void> => {
    if (draft.trim() === '') return;
    const entry = readers[name](draft);
    if (entry === null) return setWrong(text(`settings.${name}.problem`));
    const next = [...new Set([...setting.value, entry])];
    if (!schema.shape[name].safeParse(next).success) return setWrong(text('settings.problem.tooMany', { max: mostEntries[name] ?? 50 }));
    setWrong(null);
    if (await setting.save(next)) setDraft('');
  };
  return (
    <SettingRow
      isWide
      label={text(`settings.${name}`)}
      hint={text(`settings.${name}.hint`)}
      isLocked={setting.isLocked}
      problem={wrong ?? setting.problem}
    >
      {(ids) => (
        <div className="cs-stack cs-setting-list">
          {setting.value.length > 0 && (
            <ul aria-labelledby={ids['aria-labelledby']}>
              {setting.value.map((entry) => (
                <li key={entry} className="cs-row">
                  <span className="cs-grow cs-anywhere" dir="ltr">
                    {entry}
                  </span>
                  {!setting.isLocked && (
                    <Button
                      size="small"
                      appearance="subtle"
                      icon={<DismissRegular />}
                      aria-label={text('settings.list.remove', { entry })}
                      onClick={() => void setting.save(setting.value.filter((other) => other !== entry))}
                    />
                  )}
                </li>
              ))}
            </ul>
          )}
          {!setting.isLocked && (
            <form
              className="cs-row"
              onSubmit={(event) => {
                event.preventDefault();
                void add();
              }}
            >
              <Input
                {...ids}
                className="cs-grow"
                value={draft}
                placeholder={text(`settings.${name}.example`)}
                aria-invalid={wrong !== null}
                onChange={(_event, data) => {
                  setDraft(data.value);
                  setWrong(null);
                }}
              />
              <Button type="submit" disabledFocusable={setting.isBusy}>
                {text('settings.list.add')}
              </Button>
            </form>
          )}
        </div>
      )}
    </SettingRow>
  );
}
