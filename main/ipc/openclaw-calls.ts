import { homedir } from 'node:os';
import { findGateway } from '../openclaw/find-gateway.ts';
import { say } from '../model/say.ts';
import type { Handlers } from '../shell/dispatch.ts';
import { done, problem } from './results.ts';
import type { Services } from './services.ts';

type Calls = Pick<Handlers, 'answerOwnCommands' | 'stopOwnCommands'>;

export function openclawCalls({ agents, ownCommands }: Services): Calls {
  return {
    async answerOwnCommands({ id, gateway }) {
      if (agents.get(id) === undefined) return problem(say('agent.problem.gone'));
      // What its own file holds is read here, with the person's yes, and never goes to the window.
      const found = gateway ?? (await findGateway(homedir()));
      if (found === null) return problem(say('openclaw.problem.notFound'));
      const wrong = await ownCommands.set(id, found.url, found.token);
      return wrong === null ? done : problem(wrong);
    },
    async stopOwnCommands() {
      await ownCommands.remove();
      return done;
    },
  };
}
