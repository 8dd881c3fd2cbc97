import { Button, Input } from '@fluentui/react-components';
import { AddRegular } from '@fluentui/react-icons/svg/add';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useSay, useText } from '../app/intl.tsx';
import { useHint, type EditInputProps } from './edit-input.ts';

interface Entry {
  /** Stays with an entry while others come and go. */
  readonly key: number;
  readonly text: string;
}

function notEmpty(texts: readonly string[]): string[] {
  return texts.filter((entry) => entry.trim() !== '');
}

/** A list of addresses, one to a line: typed over, taken out, added. Enter adds one more, Backspace in an empty one takes it out. */
export function PeopleField({ field, value, isDisabled, wrong, wrongEntry, onChange }: EditInputProps<string[]>): ReactNode {
  const text = useText();
  const say = useSay();
  const label = useId();
  const note = useId();
  const hint = useHint(field);
  const list = useRef<HTMLDivElement>(null);
  const [entries, setEntries] = useState<readonly Entry[]>(() => value.map((entry, key) => ({ key, text: entry })));
  const [next, setNext] = useState(value.length);
  const typed = notEmpty(entries.map((entry) => entry.text));
  // The card became another one under the form: what stands there now is somebody else's.
  if (typed.join('\n') !== notEmpty(value).join('\n')) {
    setEntries(value.map((entry, index) => ({ key: next + index, text: entry })));
    setNext(next + value.length);
  }
  /** Which entry takes the focus once it is drawn; -1: the button that adds one. */
  const focusNext = useRef<number | null>(null);
  const name = say(field.label);
  const wrongKey = wrongEntry === undefined ? undefined : entries.filter((entry) => entry.text.trim() !== '')[wrongEntry]?.key;

  useEffect(() => {
    const key = focusNext.current;
    focusNext.current = null;
    if (key !== null) list.current?.querySelector<HTMLElement>(key === -1 ? '.cs-people-add' : `[data-entry="${key}"] input`)?.focus();
  });

  const change = (changed: readonly Entry[]): void => {
    setEntries(changed);
    onChange(notEmpty(changed.map((entry) => entry.text)));
  };
  const add = (after: number): void => {
    change([...entries.slice(0, after + 1), { key: next, text: '' }, ...entries.slice(after + 1)]);
    focusNext.current = next;
    setNext(next + 1);
  };
  const remove = (index: number): void => {
    focusNext.current = (entries[index - 1] ?? entries[index + 1])?.key ?? -1;
    change(entries.filter((_entry, other) => other !== index));
  };
  const onKeyDown = (event: KeyboardEvent, index: number): void => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter') {
      event.preventDefault();
      if (entries[index]?.text.trim() !== '') add(index);
    } else if (event.key === 'Backspace' && entries[index]?.text === '' && !event.repeat) {
      event.preventDefault();
      remove(index);
    }
  };

  return (
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <div className="cs-people" role="group" aria-labelledby={label} aria-describedby={note} ref={list}>
      <span className="cs-people-label" id={label}>
        {name}
      </span>
      {entries.map((entry, index) => (
        <div className="cs-people-entry" data-entry={entry.key} key={entry.key}>
          <Input
            className="cs-grow"
            value={entry.text}
            disabled={isDisabled}
            autoComplete="off"
            spellCheck={false}
            dir="ltr"
            aria-label={text('edit.entry.name', { field: name, position: index + 1 })}
            aria-invalid={wrong !== undefined && (wrongEntry === undefined || wrongKey === entry.key)}
            aria-describedby={note}
            onKeyDown={(event) => onKeyDown(event, index)}
            onChange={(_event, data) => change(entries.map((other) => (other.key === entry.key ? { ...other, text: data.value } : other)))}
          />
          <Button
            appearance="subtle"
            icon={<DismissRegular />}
            disabled={isDisabled}
            aria-label={entry.text.trim() === '' ? text('edit.removeEmpty', { position: index + 1, field: name }) : text('edit.remove', { address: entry.text, field: name })}
            onClick={() => remove(index)}
          />
        </div>
      ))}
      <Button
        className="cs-people-add"
        size="small"
        appearance="subtle"
        icon={<AddRegular />}
        disabled={isDisabled}
        aria-label={text('edit.add.name', { field: name })}
        aria-invalid={wrong !== undefined && entries.length === 0}
        onClick={() => add(entries.length - 1)}
      >
        {text('edit.add')}
      </Button>
      <div className="cs-people-note" id={note}>
        {wrong !== undefined && (
          <span role="alert" className="cs-people-wrong">
            {wrong}
          </span>
        )}
        {hint !== undefined && <span>{hint}</span>}
      </div>
    </div>
  );
}
