import { Button, Menu, MenuDivider, MenuItem, MenuList, MenuPopover, MenuTrigger } from '@fluentui/react-components';
import { DeleteRegular } from '@fluentui/react-icons/svg/delete';
import { MoreHorizontalRegular } from '@fluentui/react-icons/svg/more-horizontal';
import { PauseRegular } from '@fluentui/react-icons/svg/pause';
import { PlayCircleRegular } from '@fluentui/react-icons/svg/play-circle';
import { PlayRegular } from '@fluentui/react-icons/svg/play';
import { PlugConnectedRegular } from '@fluentui/react-icons/svg/plug-connected';
import { RenameRegular } from '@fluentui/react-icons/svg/rename';
import { TaskListSquareLtrRegular } from '@fluentui/react-icons/svg/task-list-square-ltr';
import { WindowConsoleRegular } from '@fluentui/react-icons/svg/window-console';
import { useRef, useState, type ReactNode } from 'react';
import { FormattedMessage, useIntl } from 'react-intl';
import type { Agent } from '../../preload/contract.ts';
import { useText } from '../app/intl.tsx';
import { useCall } from '../app/use-call.ts';
import { Avatar, Chip, Disarmed, ErrorNote, Joined, Note, TimeText } from '../look/index.ts';
import { ManagedBy } from '../look/managed.tsx';
import { ClawOptions } from './claw-options.tsx';
import { RunLine } from './run-line.tsx';
import { RenameForm } from './rename-form.tsx';

/** What a card can open. */
export type ClawDialog = 'connect' | 'choose' | 'own' | 'run' | 'log' | 'forget';

export interface ClawCardProps {
  readonly agent: Agent;
  readonly onOpen: (dialog: ClawDialog) => void;
}

/** One Claw: what it can use, how often it asked, when it was last seen, and what can be done about it. */
export function ClawCard({ agent, onOpen }: ClawCardProps): ReactNode {
  const text = useText();
  const pausing = useCall('setAgentPaused');
  const [isRenaming, setRenaming] = useState(false);
  const more = useRef<HTMLButtonElement>(null);
  // Fluent's types take a callback under React 19, not a ref object.
  const keepMore = (element: HTMLButtonElement | null): void => {
    more.current = element;
  };
  const { name, isPaused } = agent;
  const endRename = (): void => {
    setRenaming(false);
    // The field is gone: the keyboard goes back to where renaming began.
    requestAnimationFrame(() => more.current?.focus());
  };
  return (
    <li className="cs-item">
      <Avatar id={agent.id} name={name} size="large" />
      <div className="cs-item-body">
        {isRenaming ? <RenameForm agent={agent} onEnd={endRename} /> : <ClawName agent={agent} />}
        <CanUse agent={agent} />
        <ClawFacts agent={agent} />
        {agent.run !== null && <RunLine agent={agent} run={agent.run} onOpen={onOpen} />}
        {agent.ownCommands !== undefined && <OwnCommandsLine state={agent.ownCommands.state} />}
        {isPaused && <p className="cs-item-line">{text('clawsScreen.pausedNote')}</p>}
        {agent.isManaged && <ManagedBy />}
      </div>
      <div className="cs-item-actions">
        <Button
          icon={isPaused ? <PlayRegular /> : <PauseRegular />}
          disabledFocusable={pausing.isBusy}
          aria-label={text(isPaused ? 'clawsScreen.resumeNamed' : 'clawsScreen.pauseNamed', { name })}
          onClick={() => void pausing.run({ id: agent.id, isPaused: !isPaused })}
        >
          {text(isPaused ? 'clawsScreen.resume' : 'clawsScreen.pause')}
        </Button>
        <Menu positioning="below-end">
          <MenuTrigger disableButtonEnhancement>
            <Button ref={keepMore} appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={text('screens.moreFor', { name })} />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              <MenuItem icon={<PlugConnectedRegular />} onClick={() => onOpen('connect')}>
                {text('clawsScreen.connect')}
              </MenuItem>
              {!agent.isPractice && (
                <MenuItem icon={<PlayCircleRegular />} onClick={() => onOpen('run')}>
                  {text(agent.run === null ? 'clawsScreen.run.menu' : 'clawsScreen.run.change')}
                </MenuItem>
              )}
              {!agent.isPractice && (
                <MenuItem icon={<WindowConsoleRegular />} onClick={() => onOpen('own')}>
                  {text('clawsScreen.own.menu')}
                </MenuItem>
              )}
              {!agent.isManaged && (
                <>
                  <MenuItem icon={<TaskListSquareLtrRegular />} onClick={() => onOpen('choose')}>
                    {text('clawsScreen.choose')}
                  </MenuItem>
                  <MenuItem icon={<RenameRegular />} onClick={() => setRenaming(true)}>
                    {text('clawsScreen.rename')}
                  </MenuItem>
                  <MenuDivider />
                  <MenuItem icon={<DeleteRegular />} onClick={() => onOpen('forget')}>
                    {text('clawsScreen.forget')}
                  </MenuItem>
                </>
              )}
            </MenuList>
          </MenuPopover>
        </Menu>
      </div>
      <ClawOptions agent={agent} />
      {pausing.problem !== null && (
        <div className="cs-item-wide">
          <ErrorNote problem={pausing.problem} />
        </div>
      )}
    </li>
  );
}

function ClawName({ agent }: { readonly agent: Agent }): ReactNode {
  const text = useText();
  return (
    <div className="cs-item-name">
      <h2>
        <Disarmed text={agent.name} />
      </h2>
      {agent.isPaused && (
        <Chip tone="mind" icon={<PauseRegular aria-hidden />}>
          {text('clawsScreen.paused')}
        </Chip>
      )}
      {agent.isPractice && <Chip>{text('clawsScreen.practice')}</Chip>}
    </div>
  );
}

function CanUse({ agent }: { readonly agent: Agent }): ReactNode {
  const text = useText();
  const intl = useIntl();
  const names = agent.connections.map((connection) => connection.name);
  const every = agent.usesEveryConnection ? 'Every' : '';
  const said = names.length === 0 ? text(`clawsScreen.canUseNothing${every}`) : text(`clawsScreen.canUse${every}`, { connections: intl.formatList(names, { type: 'conjunction' }) });
  return (
    <p className="cs-item-line">
      <Disarmed text={said} />
    </p>
  );
}

function OwnCommandsLine({ state }: Pick<NonNullable<Agent['ownCommands']>, 'state'>): ReactNode {
  const text = useText();
  const said = text(`clawsScreen.own.${state}`);
  return state === 'connected' ? <p className="cs-item-line">{said}</p> : <Note tone="mind">{said}</Note>;
}

function ClawFacts({ agent }: { readonly agent: Agent }): ReactNode {
  const text = useText();
  return (
    <p className="cs-item-quiet">
      <Joined>
        <span>{text('clawsScreen.asked', { count: agent.askedThisWeek })}</span>
        <span>
          {agent.lastSeenAt === null ? (
            text('clawsScreen.neverSeen')
          ) : (
            <FormattedMessage id="clawsScreen.lastSeen" values={{ ago: <TimeText at={agent.lastSeenAt} show="relative" /> }} />
          )}
        </span>
        <span>
          <FormattedMessage id="clawsScreen.paired" values={{ date: <TimeText at={agent.pairedAt} show="date" /> }} />
        </span>
      </Joined>
    </p>
  );
}
