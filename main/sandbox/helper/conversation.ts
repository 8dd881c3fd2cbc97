import { LineReader } from '../../model/line-reader.ts';
import { nobodyAllowed, type NetworkAttempt, type NetworkDecision } from '../network.ts';
import { longestMessage, toHelper, type FromHelper, type ToHelper } from '../protocol.ts';

/** The helper's side of its talk with the app. Whatever is not answered when the app is gone is refused. */
export class Conversation {
  readonly #waiting = new Map<number, (decision: NetworkDecision) => void>();
  readonly #lines = new LineReader(longestMessage);
  #lastId = 0;

  /** `onMessage` gets all but the decisions; `onEnd` comes when the app is gone or speaks nonsense. */
  constructor(onMessage: (message: Exclude<ToHelper, { type: 'decision' }>) => void, onEnd: () => void) {
    const end = (): void => {
      for (const answer of this.#waiting.values()) answer(nobodyAllowed);
      this.#waiting.clear();
      onEnd();
    };
    process.stdin.on('data', (chunk: Buffer) => {
      try {
        for (const line of this.#lines.read(chunk)) {
          const message = toHelper.parse(JSON.parse(line));
          if (message.type === 'decision') this.#settle(message.id, message.decision);
          else onMessage(message);
        }
      } catch {
        end();
      }
    });
    process.stdin.once('end', end);
    process.stdin.once('error', end);
    process.stdout.on('error', end);
  }

  /** Whether somebody is being asked at this moment. */
  get isAsking(): boolean {
    return this.#waiting.size > 0;
  }

  tell(message: FromHelper): void {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  }

  ask(attempt: NetworkAttempt): Promise<NetworkDecision> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.tell({ type: 'attempt', id, attempt: attempt.kind === 'connect' ? attempt : { ...attempt, headers: attempt.headers.map(([name, value]) => [name, value]) } });
    });
  }

  #settle(id: number, decision: ToHelper & { type: 'decision' } extends { decision: infer D } ? D : never): void {
    const answer = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (decision.effect === 'deny') return answer?.(decision);
    const { removeHeaders, setHeaders, target, conceal } = decision;
    answer?.({
      effect: 'allow',
      ...(removeHeaders === undefined ? {} : { removeHeaders }),
      ...(setHeaders === undefined ? {} : { setHeaders }),
      ...(target === undefined ? {} : { target }),
      ...(conceal === undefined ? {} : { conceal }),
    });
  }
}
