import { createDarkTheme, createLightTheme, type BrandVariants, type Theme } from '@fluentui/react-components';

/** Our green, from night to mint. 80 is #0b6e5f, the green of light mode; 120 is the green of dark mode. */
const brand: BrandVariants = {
  10: '#02110e',
  20: '#041f1a',
  30: '#062d26',
  40: '#073b32',
  50: '#08493f',
  60: '#09564a',
  70: '#0a6254',
  80: '#0b6e5f',
  90: '#1f8170',
  100: '#329382',
  110: '#3cae9a',
  120: '#45c7b0',
  130: '#6fd4c2',
  140: '#97e0d3',
  150: '#c0ece4',
  160: '#e3f6f2',
};

const shape: Partial<Theme> = {
  fontFamilyBase: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  borderRadiusSmall: '6px',
  borderRadiusMedium: '8px',
  borderRadiusLarge: '10px',
  borderRadiusXLarge: '14px',
};

/** Fluent's surfaces and inks take the same custom properties as our own CSS, so there is one palette. */
const palette: Partial<Theme> = {
  colorNeutralForeground1: 'var(--ink)',
  colorNeutralForeground1Hover: 'var(--ink)',
  colorNeutralForeground1Pressed: 'var(--ink)',
  colorNeutralForeground2: 'var(--ink-2)',
  colorNeutralForeground3: 'var(--ink-3)',
  colorNeutralForeground4: 'var(--ink-3)',
  colorNeutralBackground1: 'var(--card)',
  colorNeutralBackground1Hover: 'var(--raised)',
  colorNeutralBackground1Pressed: 'var(--line)',
  colorNeutralBackground2: 'var(--paper)',
  colorNeutralBackground3: 'var(--raised)',
  colorSubtleBackgroundHover: 'var(--raised)',
  colorNeutralStroke1: 'var(--line)',
  colorNeutralStroke1Hover: 'var(--ink-3)',
  colorNeutralStroke2: 'var(--line)',
  colorNeutralStrokeAccessible: 'var(--line-strong)',
  colorBrandForeground1: 'var(--brand)',
  colorBrandForegroundLink: 'var(--brand)',
  colorCompoundBrandForeground1: 'var(--brand)',
  colorCompoundBrandStroke: 'var(--brand)',
  colorCompoundBrandBackground: 'var(--brand)',
  colorNeutralForegroundInverted: 'var(--brand-ink)',
  colorNeutralForegroundOnBrand: 'var(--brand-ink)',
  colorBrandBackground: 'var(--brand)',
  colorNeutralForegroundDisabled: 'light-dark(#848d9f, #76819a)',
  colorNeutralBackgroundDisabled: 'var(--raised)',
  // Fluent leaves out values with nested parentheses, so this one is a custom property too.
  colorBackgroundOverlay: 'var(--overlay)',
  colorStrokeFocus1: 'var(--card)',
  colorStrokeFocus2: 'var(--ink)',
};

export const lightTheme: Theme = { ...createLightTheme(brand), ...shape, ...palette };
export const darkTheme: Theme = {
  ...createDarkTheme(brand),
  ...shape,
  ...palette,
  colorBrandBackgroundHover: brand[130],
  colorBrandBackgroundPressed: brand[110],
  colorCompoundBrandBackgroundHover: brand[130],
  colorCompoundBrandBackgroundPressed: brand[110],
};
