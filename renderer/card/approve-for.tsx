import { Button, Menu, MenuGroup, MenuGroupHeader, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { ChevronDownRegular } from '@fluentui/react-icons/svg/chevron-down';
import type { ReactNode } from 'react';
import type { Card } from '../../preload/contract.ts';
import { Say, useText } from '../app/intl.tsx';
import { ignoreEnter } from './ignore-enter.ts';

export interface ApproveForProps {
  readonly grants: NonNullable<Card['grants']>;
  readonly isArmed: boolean;
  readonly isBlocked: boolean;
  readonly className: string;
  readonly onChoose: (grant: string) => void;
}

/** Approves, and allows the like for a while: each line says all of what it allows. */
export function ApproveFor({ grants, isArmed, isBlocked, className, onChoose }: ApproveForProps): ReactNode {
  const text = useText();
  return (
    <Menu positioning="above-end">
      <MenuTrigger disableButtonEnhancement>
        <Button
          className={`cs-approve-more ${className}`}
          icon={<ChevronDownRegular />}
          iconPosition="after"
          aria-label={text('cardView.approveFor.name')}
          aria-disabled={!isArmed || isBlocked}
          disabledFocusable={isBlocked || !isArmed}
        >
          <span className="cs-approve-for-label">{text('cardView.approveFor')}</span>
        </Button>
      </MenuTrigger>
      <MenuPopover className="cs-approve-for">
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>{text('cardView.approveFor.heading')}</MenuGroupHeader>
            {grants.map(({ id, sentence }) => (
              <MenuItem key={id} onKeyDown={ignoreEnter} onClick={() => onChoose(id)}>
                <Say message={sentence} />
              </MenuItem>
            ))}
          </MenuGroup>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}
