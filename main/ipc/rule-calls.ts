import { say } from '../model/say.ts';
import { personalRuleId } from '../policy/personal-rules.ts';
import type { Handlers } from '../shell/dispatch.ts';
import { problem, value } from './results.ts';
import type { Services } from './services.ts';

type Calls = Pick<Handlers, 'setRulesProfile' | 'removeRule' | 'tryRules' | 'updateSettings'>;

export function ruleCalls({ settings, policy, activity, clock }: Services): Calls {
  return {
    updateSettings: (changes) => settings.update(changes),
    setRulesProfile: ({ profile }) => settings.setRulesProfile(profile),
    removeRule({ id }) {
      const rule = settings.toolRules().find((own) => personalRuleId(own) === id);
      return rule ? settings.setToolRule({ ...rule, rule: null }) : problem(say('rules.problem.gone'));
    },
    async tryRules({ action }) {
      const intent = await activity.intent(action);
      if (!intent) return problem(say('activity.problem.gone'));
      const { actionKind, agent, connection, tool, effect, arguments: args, facts } = intent;
      const question = { kind: actionKind, agent: agent.id, connection: connection.id, name: tool, effect, arguments: args, facts, at: clock.now() };
      const now = policy.decide(question);
      // How much was at stake is not known of a past action: where reading is watched, it is told as if nothing special was.
      const watched = now.answer === 'ask' ? policy.decide({ ...question, risk: 'normal' }) : now;
      const { answer, layer, title, reason, wouldAsk } = watched.wouldAsk === true ? watched : now;
      return value({ answer, layer, title, reason, ...(wouldAsk === true ? { wouldAsk } : {}) });
    },
  };
}
