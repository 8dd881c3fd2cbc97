/**
 * Why an abort signal ended: what was asked about was settled where this app has no part in it, so that the record says that and not
 * that the agent gave up. `over`: its time ran out there. `unknown`: how is not known.
 */
export class AnsweredElsewhere {
  readonly answer: 'allowed' | 'denied' | 'over' | 'unknown';
  /** Who answered, as the other side calls them: untrusted. */
  readonly by: string | null;

  constructor(answer: AnsweredElsewhere['answer'], by: string | null) {
    this.answer = answer;
    this.by = by;
  }
}
