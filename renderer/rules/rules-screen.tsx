import { Accordion, AccordionHeader, AccordionItem, AccordionPanel, Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Rule } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useNavigation } from '../app/navigation.ts';
import { useSnapshot } from '../app/store.ts';
import { ScreenHeader } from '../look/index.ts';
import '../look/lists.css';
import { ManagedBy } from '../look/managed.tsx';
import { GrantList } from './grant-list.tsx';
import { ProfilePicker } from './profile-picker.tsx';
import { RemoveRuleDialog } from './remove-rule-dialog.tsx';
import { RuleRow } from './rule-row.tsx';
import './rules.css';
import { TryIt } from './try-it.tsx';
import { WatchReading } from './watch-reading.tsx';

/** When a Claw may go ahead, when it asks, and what it never does: profile, company rules, own rules, built-in rules. */
export function RulesScreen(): ReactNode {
  const text = useText();
  const navigation = useNavigation();
  const list = useSnapshot((snapshot) => snapshot.rules.list);
  const [removing, setRemoving] = useState<Rule | null>(null);
  const [isRemoved, setRemoved] = useState(false);
  const of = (layer: Rule['layer']): readonly Rule[] => list.filter((rule) => rule.layer === layer);
  const organization = of('organization');
  const personal = of('personal');
  const builtIn = of('built-in');
  return (
    <div className="cs-rules">
      <ScreenHeader title={text('rulesScreen.title')} subtitle={text('rulesScreen.subtitle')} />
      <ProfilePicker />
      {organization.length > 0 && (
        <section>
          <div className="cs-rules-head">
            <h2>{text('rulesScreen.organization.title')}</h2>
            <ManagedBy hasContact />
          </div>
          <p className="cs-rules-note">{text('rulesScreen.organization.note')}</p>
          <RuleList rules={organization} />
        </section>
      )}
      <section>
        <div className="cs-rules-head">
          <h2>{text('rulesScreen.personal.title')}</h2>
        </div>
        {personal.length > 0 ? (
          <RuleList
            rules={personal}
            onRemove={(rule) => {
              setRemoved(false);
              setRemoving(rule);
            }}
          />
        ) : (
          <div className="cs-panel cs-panel-body cs-row cs-row-wrap">
            <p className="cs-grow cs-muted">{text('rulesScreen.personal.empty')}</p>
            <Button onClick={() => navigation.show('connections')}>{text('rulesScreen.personal.goToConnections')}</Button>
          </div>
        )}
        <output className="cs-hidden">{isRemoved && text('rulesScreen.removed')}</output>
      </section>
      <GrantList />
      <WatchReading />
      {builtIn.length > 0 && (
        <Accordion collapsible className="cs-built-in">
          <AccordionItem value="built-in">
            <AccordionHeader as="h2" expandIconPosition="end">
              <span className="cs-two-lines">
                <span className="cs-strong">{text('rulesScreen.builtIn.title')}</span>
                <span className="cs-item-quiet">{text('rulesScreen.builtIn.count', { count: builtIn.length })}</span>
              </span>
            </AccordionHeader>
            <AccordionPanel>
              <RuleList rules={builtIn} isPlain />
            </AccordionPanel>
          </AccordionItem>
        </Accordion>
      )}
      <TryIt />
      {removing !== null && <RemoveRuleDialog rule={removing} onRemoved={() => setRemoved(true)} onClose={() => setRemoving(null)} />}
    </div>
  );
}

function RuleList({ rules, onRemove, isPlain = false }: { readonly rules: readonly Rule[]; readonly onRemove?: (rule: Rule) => void; readonly isPlain?: boolean }): ReactNode {
  return (
    <ul className={isPlain ? 'cs-rule-list' : 'cs-rule-list cs-panel'}>
      {rules.map((rule) => (
        <RuleRow key={`${rule.layer} ${rule.id}`} rule={rule} {...(onRemove !== undefined && { onRemove: () => onRemove(rule) })} />
      ))}
    </ul>
  );
}
