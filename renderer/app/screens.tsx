import { BotFilled, BotRegular } from '@fluentui/react-icons/svg/bot';
import { HistoryFilled, HistoryRegular } from '@fluentui/react-icons/svg/history';
import { MailInboxFilled, MailInboxRegular } from '@fluentui/react-icons/svg/mail-inbox';
import { PlugConnectedFilled, PlugConnectedRegular } from '@fluentui/react-icons/svg/plug-connected';
import { SettingsFilled, SettingsRegular } from '@fluentui/react-icons/svg/settings';
import { ShieldCheckmarkFilled, ShieldCheckmarkRegular } from '@fluentui/react-icons/svg/shield-checkmark';
import { lazy, type ComponentType } from 'react';
import type { Screen } from '../../preload/contract.ts';
import { InboxScreen } from '../inbox/inbox-screen.tsx';

type Icon = typeof BotRegular;

export interface ScreenEntry {
  readonly screen: Screen;
  readonly icon: Icon;
  readonly activeIcon: Icon;
  readonly Content: ComponentType;
}

/** The six screens in the order of the sidebar. All but the first are loaded when they are first opened. */
export const screens: readonly ScreenEntry[] = [
  { screen: 'inbox', icon: MailInboxRegular, activeIcon: MailInboxFilled, Content: InboxScreen },
  {
    screen: 'activity',
    icon: HistoryRegular,
    activeIcon: HistoryFilled,
    Content: lazy(async () => ({ default: (await import('../activity/activity-screen.tsx')).ActivityScreen })),
  },
  {
    screen: 'claws',
    icon: BotRegular,
    activeIcon: BotFilled,
    Content: lazy(async () => ({ default: (await import('../claws/claws-screen.tsx')).ClawsScreen })),
  },
  {
    screen: 'connections',
    icon: PlugConnectedRegular,
    activeIcon: PlugConnectedFilled,
    Content: lazy(async () => ({ default: (await import('../connections/connections-screen.tsx')).ConnectionsScreen })),
  },
  {
    screen: 'rules',
    icon: ShieldCheckmarkRegular,
    activeIcon: ShieldCheckmarkFilled,
    Content: lazy(async () => ({ default: (await import('../rules/rules-screen.tsx')).RulesScreen })),
  },
  {
    screen: 'settings',
    icon: SettingsRegular,
    activeIcon: SettingsFilled,
    Content: lazy(async () => ({ default: (await import('../settings/settings-screen.tsx')).SettingsScreen })),
  },
];
