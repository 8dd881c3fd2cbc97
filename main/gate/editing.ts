import type { ActionId, Approval, ApprovalId, Digest, EditAnswer, EditField, EditProblem, FieldEdit, Result } from '../../preload/contract.ts';
import type { Decision, Described, FrozenAction } from '../model/action.ts';
import { disarm } from '../model/disarm.ts';
import { toFieldChange } from '../model/field-change.ts';
import type { JsonObject } from '../model/json.ts';
import { say } from '../model/say.ts';
import { describeFrozen, largestCard, profileOf } from './describe.ts';
import { applyEdits, changesOf, editableFields, fieldOf, mayBeEdited, toEditField, type FieldHere } from './edit-fields.ts';
import { editRefusedEvent, refusedParts } from './edit-refused.ts';
import { asKept } from './edited.ts';
import { findService, type FoundService } from './find-service.ts';
import { freeze, freezeArguments } from './freeze.ts';
import type { LiveAction } from './live-actions.ts';
import { offersOf } from './offers.ts';
import type { Edit, OutboxEntry } from './outbox.ts';
import type { GateParts } from './parts.ts';
import { wholeCard } from './whole-card.ts';

type Failed = Extract<Result<never>, { readonly ok: false }>;

/** A waiting card with the action it asks about, and what may be changed of it. */
interface Open {
  readonly approval: Approval;
  readonly live: LiveAction;
  readonly service: FoundService;
  readonly fields: readonly FieldHere[];
}

const gone = failed('approval.problem.gone');
const unavailable = failed('edit.problem.unavailable');

/**
 * A person changes what is about to be done, within the fields that its profile marks. Nothing they typed is taken on trust: it
 * is checked, described and decided anew, and what may be approved then is the card of that, with its own digest.
 */
export class Editing {
  readonly #parts: GateParts;
  readonly #find: (id: ActionId) => LiveAction | undefined;

  constructor(parts: GateParts, find: (id: ActionId) => LiveAction | undefined) {
    this.#parts = parts;
    this.#find = find;
  }

  /** What may be changed of the card that shows that digest. Whoever asks has as long from now as for a new question. */
  async start(id: ApprovalId, digest: Digest): Promise<Result<{ readonly fields: EditField[] }>> {
    const open = await this.#open(id, digest);
    if ('ok' in open) return open;
    const { approval, fields } = open;
    if (fields.length === 0) return failed('edit.problem.nothing');
    this.#parts.approvals.prolong(approval, this.#parts.settings().answerWithinSeconds);
    return { ok: true, value: { fields: fields.map(toEditField) } };
  }

  /** Puts the changed action and its card in place of those that are shown; null takes every change back. Never rejects. */
  async edit(id: ApprovalId, digest: Digest, edits: readonly FieldEdit[] | null): Promise<Result<EditAnswer>> {
    try {
      const open = await this.#open(id, digest);
      if ('ok' in open) return open;
      const original = open.live.edited?.edit?.original ?? open.live.action.arguments;
      const applied = edits === null ? { args: original } : applyEdits(open.fields, open.live.action.arguments, edits);
      if ('problems' in applied) return wrong(applied.problems);
      const args = freezeArguments(applied.args);
      if (args === undefined) return wrong([{ at: null, problem: say('edit.problem.unicode') }]);
      const answer = await this.#replace(open, original, args);
      // No form is open beside whose fields it could stand.
      const [first] = edits === null && answer.ok && answer.value.kind === 'wrong' ? answer.value.problems : [];
      return first === undefined ? answer : { ok: false, problem: first.problem };
    } catch (error) {
      this.#parts.report(`A change could not be taken: ${String(error)}`);
      return failed('edit.problem.notKept');
    }
  }

  /** Everything of it is looked up now: what could be edited when the card came need not be what can be edited today. */
  async #open(id: ApprovalId, digest: Digest): Promise<Open | Failed> {
    const shown = this.#parts.approvals.openCard(id, digest);
    if (!shown.ok) return shown;
    const live = this.#waiting(shown.value, digest);
    if (live === undefined) return gone;
    const service = await findService(live.action, this.#parts).catch(() => undefined);
    if (service === undefined) return unavailable;
    const fields = mayBeEdited(live.facts) ? editableFields(profileOf(live.action, service, this.#parts), live.action.arguments, service.tool, live.edited?.edit?.original) : [];
    return { approval: shown.value, live, service, fields };
  }

  /** The action of a card, as long as nobody answered, stopped or changed it. */
  #waiting({ action }: Approval, digest: Digest): LiveAction | undefined {
    const live = action === null ? undefined : this.#find(action);
    const isWaiting = live?.isAsked === true && !live.isApproved && !live.hasBegun && live.progress === 'waiting' && live.stopped === undefined;
    return isWaiting && live.digest === digest ? live : undefined;
  }

  async #replace(open: Open, original: JsonObject, args: JsonObject): Promise<Result<EditAnswer>> {
    const { live, service, fields } = open;
    const { services } = this.#parts;
    const valid = service.tool && services.validate(service.tool, args);
    if (valid?.ok === false) return wrong([told(fields, valid.text)]);
    const { kind, agent, connection, name, id, requestedAt } = live.action;
    const description = await this.#describe(open, args);
    if ('invalid' in description) return wrong([told(fields, description.invalid)]);
    if ('unavailable' in description) return unavailable;
    const { described } = description;
    const { facts, card, materials } = described;
    // Another kind of thing is another question: the agent's token, its hold and its rules may be others.
    if (facts.effect !== live.facts.effect) return failed('edit.problem.effect');
    if (JSON.stringify(card).length > largestCard) return failed('edit.problem.tooLarge');
    const action = freeze({ kind, agent, connection, name, arguments: args }, id, materials, requestedAt);
    const at = this.#parts.clock.now();
    const decision = this.#decide(action, described, at);
    if (decision.answer === 'deny') return await this.#refuse(open, args, described, decision, at);
    const edit: Edit = { at, original, changes: changesOf(fields, original, args), decision };
    return this.#keep(open, action, described, edit);
  }

  #describe({ live, service }: Open, args: JsonObject): ReturnType<typeof describeFrozen> {
    const { kind, agent, connection, name } = live.action;
    return describeFrozen({ kind, agent, connection, name, reach: null, signal: live.signal }, args, service, this.#parts);
  }

  #decide({ kind, agent, connection, name, arguments: args, digest }: FrozenAction, { facts, card }: Described, at: number): Decision {
    return this.#parts.policy.decide({ kind, agent, connection, name, effect: facts.effect, arguments: args, facts, at, digest, risk: card.risk });
  }

  /** Recorded, and told beside what has to be typed otherwise; the card stays as it is. */
  async #refuse(open: Open, args: JsonObject, { facts }: Described, decision: Decision, at: number): Promise<Result<EditAnswer>> {
    const { action } = open.live;
    const { activity, report } = this.#parts;
    const changes = changesOf(open.fields, action.arguments, args);
    await activity.append(editRefusedEvent(action, at, changes, decision, facts, this.#parts)).catch((error: unknown) => report(String(error)));
    const isDenied = async (part: JsonObject): Promise<boolean> => {
      const description = await this.#describe(open, part);
      if (!('described' in description)) return false;
      const { kind, agent, connection, name, id, requestedAt } = action;
      const frozen = freeze({ kind, agent, connection, name, arguments: part }, id, description.described.materials, requestedAt);
      return this.#decide(frozen, description.described, at).answer === 'deny';
    };
    return wrong(await refusedParts(action.arguments, changes, decision, isDenied));
  }

  /** Between the look at the card and this nothing else may have happened to it; from here on nothing can, until it is kept. */
  #keep({ approval, live }: Open, action: FrozenAction, described: Described, edit: Edit): Result<EditAnswer> {
    const { approvals, outbox, settings, transaction } = this.#parts;
    const { facts, sentence, card: body } = described;
    const shown = approvals.openCard(approval.id, approval.digest);
    if (!shown.ok) return shown;
    const before = outbox.get(live.agent, live.id);
    if (this.#waiting(approval, approval.digest) !== live || before?.state !== 'waiting') return gone;
    const isChanged = action.digest !== live.requestDigest;
    const { target, holdSeconds } = before.entry;
    const entry: OutboxEntry = { action, facts, sentence, summary: body.summary, target, holdSeconds, ...(isChanged ? { edit } : {}) };
    // What the person made themselves is for this once: a standing answer is made of what the Claw asked for.
    const offers = isChanged || !this.#parts.mayGrant() ? [] : offersOf(action, described, edit.decision);
    const card = wholeCard(body, edit.decision, holdSeconds, offers);
    const shownEdit: Approval['edit'] = isChanged ? { at: edit.at, changes: edit.changes.map(toFieldChange) } : undefined;
    const showAgain = transaction(() => {
      if (!outbox.change(asKept(entry, this.#parts))) throw new Error('Only what waits can be changed.');
      return approvals.exchange(approval, { digest: action.digest, card, edit: shownEdit, signing: edit.decision.signing ?? null }, settings().answerWithinSeconds);
    });
    live.become(entry, card.risk);
    live.offers = offers;
    live.signing = edit.decision.signing ?? null;
    showAgain();
    return { ok: true, value: { kind: 'shown', digest: action.digest } };
  }
}

/** A sentence about arguments beside the field it is about. */
function told(fields: readonly FieldHere[], text: string): EditProblem {
  return { at: fieldOf(fields, text), problem: say('edit.problem.refused', { text: disarm(text) }) };
}

function wrong(problems: readonly EditProblem[]): Result<EditAnswer> {
  return { ok: true, value: { kind: 'wrong', problems: [...problems] } };
}

function failed(problem: string, values: Record<string, string> = {}): Failed {
  return { ok: false, problem: say(problem, values) };
}
