import type { ActionId, AgentId, ConnectionId, Digest, Message } from '../../preload/contract.ts';
import type { ActionKind, Facts } from './action.ts';
import type { GrantScope } from './grant.ts';
import type { JsonObject } from './json.ts';

/** How often the person was asked in a time, and what came of it so far. */
export interface QuestionFigures {
  readonly asked: number;
  readonly approved: number;
  /** Approved, denied, or not answered in time. What was taken back is none of them, and neither is what still waits. */
  readonly answered: number;
}

/** A question that a person answered, as the record tells it. */
export interface AnsweredQuestion {
  readonly action: ActionId;
  readonly agent: AgentId;
  readonly connection: ConnectionId;
  readonly actionKind: ActionKind;
  readonly tool: string;
  /** Of what the agent asked for. */
  readonly digest: Digest;
  readonly arguments: JsonObject;
  /** Of what the agent asked for, and of what the person made of it, where they changed it. */
  readonly facts: readonly [Facts, ...Facts[]];
  readonly sentence: Message;
  readonly answeredAt: number;
  /** `plain`: with the button alone. `otherwise`: changed first, or signed. `refused`: also what was approved and then undone. */
  readonly answer: 'plain' | 'otherwise' | 'refused';
  /** Which standing answers its card offered; none where much was at stake. */
  readonly offered: readonly GrantScope['kind'][];
}

/** `isWhole`: false when there are more than can be looked through. Then nobody knows whether there was a refusal among them. */
export interface AnsweredQuestions {
  readonly questions: readonly AnsweredQuestion[];
  readonly isWhole: boolean;
}
