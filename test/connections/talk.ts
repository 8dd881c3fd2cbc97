import { InputRefusedError, silence, type Conversation, type InputRequest } from '../../main/model/conversation.ts';
import type { JsonObject } from '../../main/model/json.ts';

export interface Talk extends Conversation {
  readonly progressed: JsonObject[];
  readonly logged: JsonObject[];
  readonly asked: Readonly<Record<string, InputRequest>>[];
}

export const canAnswerAll = { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} };

/** A client that notes all it is told, and answers what it is asked by the question's method; without answers it refuses. */
export function createTalk(options: Partial<Conversation> & { readonly answers?: Readonly<Partial<Record<InputRequest['method'], JsonObject>>> } = {}): Talk {
  const { answers, ...given } = options;
  const talk: Talk = {
    ...silence,
    progressed: [],
    logged: [],
    asked: [],
    progress: (params) => void talk.progressed.push(params),
    log: (params) => void talk.logged.push(params),
    async ask(requests) {
      talk.asked.push(requests);
      if (answers === undefined) throw new InputRefusedError({ code: -1, message: 'The user rejected it.', data: { why: 'test' } });
      return Object.fromEntries(Object.entries(requests).map(([key, { method }]) => [key, answers[method] ?? {}]));
    },
    ...given,
  };
  return talk;
}
