/** The system's own way to have a person prove that they are there: one implementation per system, where it has one. */
export interface SystemPresence {
  readonly how: 'touch_id';
  /** Whether this computer, and this person, have it set up right now. */
  isReady(): boolean;
  /** Asks. `reason` is shown, in the person's words. False when they did not prove it; never rejects. */
  prove(reason: string): Promise<boolean>;
}
