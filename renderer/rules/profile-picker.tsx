import { CheckmarkCircleFilled } from '@fluentui/react-icons/svg/checkmark-circle';
import { LeafOneRegular } from '@fluentui/react-icons/svg/leaf-one';
import { ScalesRegular } from '@fluentui/react-icons/svg/scales';
import { ShieldKeyholeRegular } from '@fluentui/react-icons/svg/shield-keyhole';
import { useId, useState, type ReactNode } from 'react';
import { rulesProfile, type RulesProfile } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useSnapshot } from '../app/store.ts';
import { useCall } from '../app/use-call.ts';
import { ErrorNote } from '../look/index.ts';
import { PasscodeDialog } from '../signing/passcode-dialog.tsx';
import { ManagedBy } from '../look/managed.tsx';

const pictures: Record<RulesProfile, ReactNode> = {
  relaxed: <LeafOneRegular aria-hidden fontSize={26} />,
  balanced: <ScalesRegular aria-hidden fontSize={26} />,
  strict: <ShieldKeyholeRegular aria-hidden fontSize={26} />,
};

/** How careful Countersign is, in three steps: radio buttons as large cards. */
export function ProfilePicker(): ReactNode {
  const text = useText();
  const name = useId();
  const profile = useSnapshot(({ rules }) => rules.profile);
  const isLocked = useSnapshot(({ rules }) => rules.isProfileLocked);
  const setting = useCall('setRulesProfile');
  const [changedTo, setChangedTo] = useState<RulesProfile | null>(null);
  const canSign = useSnapshot(({ signers }) => signers.hasPasscode || signers.hasTouchId);
  const [isSettingPasscode, setSettingPasscode] = useState(false);
  const choose = async (next: RulesProfile): Promise<void> => {
    setChangedTo(null);
    if ((await setting.run({ profile: next })) === null) return;
    setChangedTo(next);
    if (next === 'strict' && !canSign) setSettingPasscode(true);
  };
  return (
    <fieldset className="cs-profiles" disabled={isLocked}>
      <legend>{text('rulesScreen.profile.title')}</legend>
      {isLocked && <ManagedBy hasContact />}
      <div className="cs-profile-cards">
        {rulesProfile.options.map((option) => (
          <label key={option} className="cs-profile">
            <input
              type="radio"
              className="cs-profile-input"
              name={name}
              value={option}
              checked={option === profile}
              aria-describedby={`${name}-${option}`}
              aria-label={text(`rulesScreen.profile.${option}`)}
              onChange={() => void choose(option)}
            />
            <span className="cs-profile-face">
              <span className="cs-profile-top">
                {pictures[option]}
                {option === profile && <CheckmarkCircleFilled className="cs-profile-tick" aria-hidden fontSize={22} />}
              </span>
              <span className="cs-profile-name">{text(`rulesScreen.profile.${option}`)}</span>
              <span className="cs-profile-text" id={`${name}-${option}`}>
                {text(`rulesScreen.profile.${option}.text`)}
              </span>
            </span>
          </label>
        ))}
      </div>
      <output className="cs-outcome cs-rules-note">
        {changedTo !== null && text('rulesScreen.profile.changed', { profile: text(`rulesScreen.profile.${changedTo}`) })}
      </output>
      <ErrorNote problem={setting.problem} />
      {isSettingPasscode && <PasscodeDialog reason={text('rulesScreen.profile.strict.passcode')} onClose={() => setSettingPasscode(false)} />}
    </fieldset>
  );
}
