import { connectionId } from '../../preload/contract.ts';

/** The connection that OpenClaw's own commands belong to: no service, but what it runs without us and asks us about. */
export const openclawsOwn = connectionId.parse('openclaw-own-commands');
