/** The shared shapes of every screen. Each is described where it is defined. */
export { Advanced } from './advanced.tsx';
export { Avatar } from './avatar.tsx';
export { Busy } from './busy.tsx';
export { Chip, MarkChip, type ChipProps } from './chip.tsx';
export { ConfirmDialog, type ConfirmDialogProps } from './confirm-dialog.tsx';
export { CopyField } from './copy-field.tsx';
export { Disarmed } from './disarmed.tsx';
export { EmptyState, Joined, Panel, ScreenHeader, SectionTitle } from './layout.tsx';
export { Logo } from './logo.tsx';
export { ErrorNote, Note } from './note.tsx';
export { NumberField, type NumberFieldProps } from './number-field.tsx';
export { ProgressChip } from './progress-chip.tsx';
export { TimeText, type TimeStyle } from './time-text.tsx';
export { useNow } from './use-now.ts';
