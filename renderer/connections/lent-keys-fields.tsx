import { Button, Field, Select } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import type { ReactNode } from 'react';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { TextField } from '../look/text-field.tsx';
import { emptyLentKey, places, readLentKey, type LentKeyDraft, type LentKeyField } from './lent-key-form.ts';

/** More than that main does not take. */
const mostKeys = 10;

export interface LentKeysFieldsProps {
  readonly keys: readonly LentKeyDraft[];
  /** What is wrong with a field of the key at that place in the list, as a sentence. */
  readonly problemOf: (index: number, field: LentKeyField) => string | undefined;
  readonly onChange: (keys: readonly LentKeyDraft[]) => void;
}

/** The keys that code in a folder may use, each as a sentence once it can be read. */
export function LentKeysFields({ keys, problemOf, onChange }: LentKeysFieldsProps): ReactNode {
  const text = useText();
  const add = (): void => onChange([...keys, emptyLentKey(keys)]);
  return (
    <section className="cs-form" aria-label={text('connectionsScreen.form.lent.heading')}>
      <h3 className="cs-form-heading">{text('connectionsScreen.form.lent.heading')}</h3>
      {keys.map((draft, index) => (
        <KeyFields
          key={draft.id}
          draft={draft}
          problemOf={(field) => problemOf(index, field)}
          onChange={(next) => onChange(keys.map((other) => (other === draft ? { ...draft, ...next } : other)))}
          onRemove={() => onChange(keys.filter((other) => other !== draft))}
        />
      ))}
      <p className="cs-form-note">{text('connectionsScreen.form.lent.note')}</p>
      {keys.length < mostKeys && (
        <div>
          <Button icon={<AddRegular />} onClick={add}>
            {text('connectionsScreen.form.lent.add')}
          </Button>
        </div>
      )}
    </section>
  );
}

interface KeyFieldsProps {
  readonly draft: LentKeyDraft;
  readonly problemOf: (field: LentKeyField) => string | undefined;
  readonly onChange: (next: Partial<LentKeyDraft>) => void;
  readonly onRemove: () => void;
}

function KeyFields({ draft, problemOf, onChange, onRemove }: KeyFieldsProps): ReactNode {
  const text = useText();
  const keychain = useSnapshot(({ status }) => status.keychain);
  const { variable, hosts } = readLentKey(draft);
  const isNamed = draft.place === 'header' || draft.place === 'query';
  return (
    <fieldset className="cs-lent-key" aria-label={variable === '' ? text('connectionsScreen.form.lent.value') : variable}>
      <div className="cs-fields-beside">
        <TextField label={text('connectionsScreen.form.lent.variable')} hint={text('connectionsScreen.form.lent.variable.hint')} isMono value={draft.variable} wrong={problemOf('variable')} onChange={(next) => onChange({ variable: next })} />
        <TextField label={text('connectionsScreen.form.lent.host')} hint={text('connectionsScreen.form.lent.host.hint')} isMono value={draft.hosts} wrong={problemOf('host')} onChange={(next) => onChange({ hosts: next })} />
      </div>
      <div className="cs-fields-beside">
        <Field label={text('connectionsScreen.form.lent.place')}>
          <Select
            value={draft.place}
            onChange={(_event, data) => {
              const place = places.find((one) => one === data.value);
              if (place !== undefined) onChange({ place });
            }}
          >
            {places.map((place) => (
              <option key={place} value={place}>
                {text(`connectionsScreen.form.lent.place.${place}`)}
              </option>
            ))}
          </Select>
        </Field>
        {isNamed && <TextField label={text('connectionsScreen.form.lent.parameter')} isMono value={draft.name} wrong={problemOf('parameter')} onChange={(name) => onChange({ name })} />}
      </div>
      <TextField label={text('connectionsScreen.form.lent.value')} type="password" hint={text(keychain === 'os' ? 'connectionsScreen.form.key.hint' : 'connectionsScreen.form.key.sessionHint')} value={draft.value} wrong={problemOf('value')} onChange={(value) => onChange({ value })} />
      {variable !== '' && hosts.length > 0 && <p className="cs-anywhere">{text('connectionsScreen.form.lent.sentence', { variable, hosts: hosts.join(', ') })}</p>}
      <div>
        <Button size="small" icon={<DismissRegular />} onClick={onRemove}>
          {text('connectionsScreen.form.lent.remove')}
        </Button>
      </div>
    </fieldset>
  );
}
