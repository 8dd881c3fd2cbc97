import { Input, Select } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { settings as schema } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { SettingRow } from './setting-row.tsx';
import { useSetting } from './use-setting.ts';

const ways = ['system', 'none', 'own'] as const;

/** How services on the web are reached. An address is taken once it is one. */
export function ProxyField(): ReactNode {
  const text = useText();
  const setting = useSetting('proxy');
  const [isOwn, setOwn] = useState(false);
  const saved = ways.find((one) => one === setting.value) ?? 'own';
  const way = isOwn ? 'own' : saved;
  return (
    <>
      <SettingRow label={text('settings.proxy')} hint={text('settings.proxy.hint')} isLocked={setting.isLocked} problem={way === 'own' ? null : setting.problem}>
        {(ids) => (
          <Select
            {...ids}
            value={way}
            disabled={setting.isLocked}
            onChange={(_event, data) => {
              setOwn(data.value === 'own');
              if (data.value === 'system' || data.value === 'none') void setting.save(data.value);
            }}
          >
            {ways.map((one) => (
              <option key={one} value={one}>
                {text(`settings.proxy.${one}`)}
              </option>
            ))}
          </Select>
        )}
      </SettingRow>
      {way === 'own' && <TypedRow name="proxy" label={text('settings.proxy.address')} saved={saved === 'own' ? setting.value : ''} />}
    </>
  );
}

/** A file with the certificates of the company's own authority. */
export function CertificatesField(): ReactNode {
  const text = useText();
  const { value } = useSetting('caFile');
  return <TypedRow name="caFile" label={text('settings.caFile')} hint={text('settings.caFile.hint')} saved={value} />;
}

interface TypedRowProps {
  readonly name: 'proxy' | 'caFile';
  readonly label: string;
  readonly hint?: string;
  /** What main has. */
  readonly saved: string;
}

/** What was typed stays until it is right; nothing is sent before. */
function TypedRow({ name, label, hint, saved }: TypedRowProps): ReactNode {
  const text = useText();
  const setting = useSetting(name);
  const [draft, setDraft] = useState<string | null>(null);
  const [isTried, setTried] = useState(false);
  const isWrong = isTried && draft !== null && !schema.shape[name].safeParse(draft.trim()).success;
  const commit = async (): Promise<void> => {
    setTried(true);
    if (draft === null || draft === saved) return;
    const parsed = schema.shape[name].safeParse(draft.trim());
    if (parsed.success && (await setting.save(parsed.data))) setDraft(null);
  };
  return (
    <SettingRow isWide label={label} {...(hint !== undefined && { hint })} isLocked={setting.isLocked} problem={isWrong ? text(`settings.${name}.problem`) : setting.problem}>
      {(ids) => (
        <Input
          {...ids}
          className="cs-setting-typed"
          dir="ltr"
          spellCheck={false}
          value={draft ?? saved}
          placeholder={text(`settings.${name}.example`)}
          disabled={setting.isLocked}
          aria-invalid={isWrong}
          onChange={(_event, data) => {
            setDraft(data.value);
            setTried(false);
          }}
          onBlur={() => void commit()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void commit();
          }}
        />
      )}
    </SettingRow>
  );
}
