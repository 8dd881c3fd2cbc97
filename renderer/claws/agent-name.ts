import { calls, type Agent } from '../../preload/contract.ts';

/** Why a name cannot be used; null when it can. `own` is the Claw that is being renamed. */
export function nameProblem(name: string, agents: readonly Agent[], own?: Agent): 'missing' | 'long' | 'taken' | 'same' | null {
  const parsed = calls.addAgent.input.shape.name.safeParse(name);
  if (!parsed.success) return name.trim() === '' ? 'missing' : 'long';
  if (own?.name === parsed.data) return 'same';
  const folded = parsed.data.toLocaleLowerCase();
  return agents.some((other) => other.id !== own?.id && other.name.toLocaleLowerCase() === folded) ? 'taken' : null;
}
