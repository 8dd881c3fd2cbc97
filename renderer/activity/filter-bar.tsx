import { Button, Field, Input, Menu, MenuButton, MenuItemRadio, MenuList, MenuPopover, MenuTrigger, SearchBox } from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons/svg/dismiss';
import { useEffect, useState, type ReactNode } from 'react';
import { agentId, connectionId, progress } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { isEverything, type Choice, type Period } from './filter.ts';

/** Milliseconds without a key press after which the search runs. */
const searchPause = 250;
/** Stands beside the outcomes in their menu. */
const watched = 'watched';
const periods = ['any', 'today', 'week', 'month', 'dates'] as const;

export interface FilterBarProps {
  readonly choice: Choice;
  readonly onChange: (change: Partial<Choice>) => void;
  readonly onClear: () => void;
  /** What stands beside the search. */
  readonly children: ReactNode;
}

/** Search and filters above the timeline. */
export function FilterBar({ choice, onChange, onClear, children }: FilterBarProps): ReactNode {
  const text = useText();
  const agents = useSnapshot((snapshot) => snapshot.agents);
  const connections = useSnapshot((snapshot) => snapshot.connections);
  const { period } = choice;
  return (
    <search className="cs-filters" aria-label={text('activityScreen.filters.label')}>
      <div className="cs-filters-first">
        <ActivitySearch value={choice.text} onChange={(value) => onChange({ text: value })} />
        {children}
      </div>
      <FilterMenu
        label={text('activityScreen.filter.agent.label')}
        value={choice.agent ?? ''}
        options={[{ value: '', name: text('activityScreen.filter.agent.all') }, ...agents.map(({ id, name }) => ({ value: id, name }))]}
        onChange={(value) => onChange({ agent: agentId.safeParse(value).data ?? null })}
      />
      <FilterMenu
        label={text('activityScreen.filter.connection.label')}
        value={choice.connection ?? ''}
        options={[{ value: '', name: text('activityScreen.filter.connection.all') }, ...connections.map(({ id, name }) => ({ value: id, name }))]}
        onChange={(value) => onChange({ connection: connectionId.safeParse(value).data ?? null })}
      />
      <FilterMenu
        label={text('activityScreen.filter.outcome.label')}
        value={choice.isWatched ? watched : (choice.progress ?? '')}
        options={[
          { value: '', name: text('activityScreen.filter.outcome.all') },
          ...progress.options.map((value) => ({ value, name: text(`progress.${value}`) })),
          { value: watched, name: text('activityScreen.filter.outcome.watched') },
        ]}
        onChange={(value) => onChange({ progress: progress.safeParse(value).data ?? null, isWatched: value === watched })}
      />
      <FilterMenu
        label={text('activityScreen.filter.time.label')}
        value={period.kind}
        options={periods.map((value) => ({ value, name: text(`activityScreen.filter.time.${value}`) }))}
        onChange={(value) => {
          const kind = periods.find((one) => one === value) ?? 'any';
          onChange({ period: kind === 'dates' ? { kind, from: '', to: '' } : { kind } });
        }}
      />
      {period.kind === 'dates' && <DateRange period={period} onChange={(next) => onChange({ period: next })} />}
      {!isEverything(choice) && (
        <Button className="cs-filters-clear" appearance="transparent" size="small" icon={<DismissRegular />} onClick={onClear}>
          {text('activityScreen.filter.clear')}
        </Button>
      )}
    </search>
  );
}

function ActivitySearch({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }): ReactNode {
  const text = useText();
  const [typed, setTyped] = useState(value);
  const [known, setKnown] = useState(value);
  if (known !== value) {
    setKnown(value);
    // Cleared from elsewhere: the field follows. Otherwise the value is what was typed here.
    if (value === '') setTyped('');
  }
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), searchPause);
    return () => clearTimeout(timer);
  }, [typed, value, onChange]);
  return (
    <SearchBox
      className="cs-filters-search"
      aria-label={text('activityScreen.search.label')}
      placeholder={text('activityScreen.search.placeholder')}
      maxLength={200}
      value={typed}
      onChange={(_event, data) => setTyped(data.value)}
    />
  );
}

interface FilterMenuProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
  readonly onChange: (value: string) => void;
}

function FilterMenu({ label, value, options, onChange }: FilterMenuProps): ReactNode {
  const text = useText();
  const chosen = options.find((option) => option.value === value)?.name ?? value;
  return (
    <Menu checkedValues={{ one: [value] }} onCheckedValueChange={(_event, data) => onChange(data.checkedItems[0] ?? '')}>
      <MenuTrigger disableButtonEnhancement>
        <MenuButton className="cs-filters-menu" aria-label={text('activityScreen.filter.button', { label, value: chosen })}>
          <span className="cs-clip">{chosen}</span>
        </MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {options.map((option) => (
            <MenuItemRadio key={option.value} name="one" value={option.value}>
              {option.name}
            </MenuItemRadio>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

type Dates = Extract<Period, { readonly kind: 'dates' }>;

function DateRange({ period, onChange }: { readonly period: Dates; readonly onChange: (period: Dates) => void }): ReactNode {
  const text = useText();
  return (
    <div className="cs-filters-dates">
      <Field label={text('activityScreen.filter.time.from')} orientation="horizontal">
        <Input type="date" size="small" value={period.from} {...(period.to !== '' && { max: period.to })} onChange={(_event, { value }) => onChange({ ...period, from: value })} />
      </Field>
      <Field label={text('activityScreen.filter.time.to')} orientation="horizontal">
        <Input type="date" size="small" value={period.to} {...(period.from !== '' && { min: period.from })} onChange={(_event, { value }) => onChange({ ...period, to: value })} />
      </Field>
    </div>
  );
}
