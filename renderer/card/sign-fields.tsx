import { Button, Field, Input, Select } from '@fluentui/react-components';
import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { CircleRegular } from '@fluentui/react-icons/svg/circle';
import { KeyRegular } from '@fluentui/react-icons/svg/key';
import { PeopleRegular } from '@fluentui/react-icons/svg/people';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useBridge } from '../app/bridge.ts';
import { useText } from '../app/intl.tsx';
import { Disarmed } from '../look/disarmed.tsx';
import { TimeText } from '../look/time-text.tsx';
import { PasscodeDialog } from '../signing/passcode-dialog.tsx';
import type { CardSigning, SigningState } from './use-signing.ts';

/** Who signs a card, and how they show that it is them; or the one thing that has to be set up first. */
export function SignFields({ signing, isBlocked }: { readonly signing: CardSigning; readonly isBlocked: boolean }): ReactNode {
  const { state } = signing;
  switch (state.kind) {
    case 'none':
      return null;
    case 'needsPasscode':
      return <NeedsPasscode />;
    case 'needsApprovers':
      return <NeedsApprovers state={state} />;
    case 'presence':
      return (
        <section className="cs-sign">
          <KeyRegular aria-hidden fontSize={20} />
          <div className="cs-grow">
            {state.hasPasscode ? <PasscodeInput signing={signing} isBlocked={isBlocked} label="sign.passcode" {...(state.hasTouchId && { hint: 'signing.touchId.instead' })} /> : <SignText id="sign.touchId" />}
          </div>
        </section>
      );
    case 'names':
      return <Names state={state} signing={signing} isBlocked={isBlocked} />;
  }
}

function SignText({ id, values = {} }: { readonly id: string; readonly values?: Record<string, string | number> }): ReactNode {
  const text = useText();
  return (
    <p className="cs-sign-text">
      <Disarmed text={text(id, values)} />
    </p>
  );
}

function NeedsPasscode(): ReactNode {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="cs-sign">
      <KeyRegular aria-hidden fontSize={20} />
      <div className="cs-grow cs-sign-next">
        <SignText id="sign.needsPasscode" />
        <Button onClick={() => setOpen(true)}>{text('sign.setPasscode')}</Button>
      </div>
      {isOpen && <PasscodeDialog onClose={() => setOpen(false)} />}
    </section>
  );
}

function NeedsApprovers({ state: { ready, groups } }: { readonly state: Extract<SigningState, { readonly kind: 'needsApprovers' }> }): ReactNode {
  const text = useText();
  const bridge = useBridge();
  return (
    <section className="cs-sign">
      <PeopleRegular aria-hidden fontSize={20} />
      <div className="cs-grow cs-sign-next">
        <SignText id="sign.needsApprovers" values={{ ready, group: groups.length === 0 ? 'none' : groups.join(', ') }} />
        {/* Where it fails the window that was to come is one that the person can open themselves. */}
        <Button onClick={() => void bridge.call('showScreen', { screen: 'settings' }).catch(() => undefined)}>{text('sign.setUpApprovers')}</Button>
      </div>
    </section>
  );
}

interface NamesProps {
  readonly state: Extract<SigningState, { readonly kind: 'names' }>;
  readonly signing: CardSigning;
  readonly isBlocked: boolean;
}

/** Two places for two names, one after the other. */
function Names({ state: { choices, first, groups }, signing, isBlocked }: NamesProps): ReactNode {
  const text = useText();
  return (
    <section className="cs-sign cs-sign-two" aria-label={text('sign.two')}>
      <ol className="cs-sign-steps">
        <li className={first === null ? 'cs-sign-now' : 'cs-sign-done'} {...(first === null && { 'aria-current': 'step' as const })}>
          {first === null ? <CircleRegular aria-hidden fontSize={18} /> : <CheckmarkCircleFilled aria-hidden fontSize={18} />}
          {first === null ? (
            text('sign.first')
          ) : (
            <span className="cs-anywhere">
              <Disarmed text={text('sign.signed', { name: first.name })} /> <TimeText at={first.at} />
            </span>
          )}
        </li>
        <li className={first === null ? 'cs-muted' : 'cs-sign-now'} {...(first !== null && { 'aria-current': 'step' as const })}>
          <CircleRegular aria-hidden fontSize={18} />
          {text('sign.second')}
        </li>
      </ol>
      {groups.length > 0 && <SignText id={first === null ? 'sign.group' : 'sign.groupNow'} values={{ group: groups.join(', ') }} />}
      <div className="cs-sign-fields">
        <Field label={text('sign.name')}>
          <Select
            value={signing.approver ?? ''}
            disabled={isBlocked}
            autoComplete="off"
            onChange={(_event, data) => signing.setApprover(choices.find(({ id }) => id === data.value)?.id ?? null)}
          >
            <option value="">{text('sign.choose')}</option>
            {choices.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </Select>
        </Field>
        <PasscodeInput signing={signing} isBlocked={isBlocked} label="sign.theirPasscode" />
      </div>
    </section>
  );
}

function PasscodeInput({ signing, isBlocked, label, hint }: { readonly signing: CardSigning; readonly isBlocked: boolean; readonly label: string; readonly hint?: string }): ReactNode {
  const text = useText();
  const field = useRef<HTMLInputElement>(null);
  const { wrongTries } = signing;
  useEffect(() => {
    if (wrongTries > 0) field.current?.focus();
  }, [wrongTries]);
  return (
    <Field label={text(label)} {...(hint !== undefined && { hint: text(hint) })}>
      <Input
        input={{ ref: field }}
        type="password"
        value={signing.passcode}
        autoComplete="current-password"
        spellCheck={false}
        maxLength={256}
        disabled={isBlocked}
        onChange={(_event, data) => signing.setPasscode(data.value)}
      />
    </Field>
  );
}
