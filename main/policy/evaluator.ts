import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs';
import { PolicySet, type Evaluation } from './cedar-engine.ts';
import { entitiesOf, subjectOf, type Who } from './cedar-request.ts';
import type { NamedPolicy } from './layers.ts';
import { Recent } from './recent.ts';
import { joinSights, type Sight } from './sight.ts';

/** The policies whose scopes fit some subjects, and what they look at together. */
export interface Slice {
  readonly serial: number;
  readonly policies: readonly NamedPolicy[];
  readonly sight: Sight;
  /** Something in them depends on what the resource is and where it belongs. */
  readonly needsEntities: boolean;
}

/** How many slices may be parsed at a time. */
const maximumSets = 48;
/** Reading a policy costs Cedar as much as some sixty of them cost in an evaluation: a set that saves fewer is not worth it. */
const worthwhileSaving = 16;
/** Where there are more slices than sets, this many evaluations pay for reading another one. */
const evaluationsForASet = 16;
const rememberedSubjects = { entries: 4096, text: 1024 * 1024 };
const rememberedSlices = { entries: 1024, text: 1024 * 1024 };
const rememberedAnswers = { entries: 4096, text: 4 * 1024 * 1024 };

/**
 * Evaluates policies by Cedar, with as little of them and of the request as gives the same answer: only the policies whose
 * scopes can fit, and each answer once for all requests that differ in nothing those policies look at.
 */
export class Evaluator {
  readonly #everything = new PolicySet();
  readonly #sets: PolicySet[] = [];
  #free: PolicySet[] = [];
  /** The one used longest ago is first. */
  readonly #loaded = new Map<Slice, PolicySet>();
  readonly #bySubject = new Recent<Slice>(rememberedSubjects);
  readonly #byPolicies = new Recent<Slice>(rememberedSlices);
  readonly #answers = new Recent<Evaluation & { readonly ok: true }>(rememberedAnswers);
  #policies: readonly NamedPolicy[] = [];
  #serial = 0;
  /** How often each slice was evaluated without a set of its own. */
  readonly #withoutSet = new WeakMap<Slice, number>();
  #evaluationsWithoutSet = 0;

  /** Puts other policies in force and forgets every answer. False, and nothing is changed, when Cedar does not take them. */
  load(policies: readonly NamedPolicy[]): boolean {
    if (!this.#everything.load(textsByKey(policies))) return false;
    this.#policies = policies;
    this.#bySubject.clear();
    this.#byPolicies.clear();
    this.#answers.clear();
    this.#loaded.clear();
    this.#free = [...this.#sets];
    return true;
  }

  /** The policies that can have a say. */
  sliceFor(who: Who): Slice {
    const subjectKey = JSON.stringify([who.kind, who.agent, who.connection, who.name]);
    const known = this.#bySubject.get(subjectKey);
    if (known !== undefined) return known;
    const subject = subjectOf(who);
    const places: number[] = [];
    this.#policies.forEach(({ scope }, place) => scope.mayFit(subject) && places.push(place));
    const slice = this.#sliceOf(places);
    this.#bySubject.set(subjectKey, slice);
    return slice;
  }

  /**
   * What Cedar says of a request; `ok: false` when it could not take the request as a whole. Never throws.
   *
   * @param slice `sliceFor(who)`, since the last `load`.
   * @param context holds at least what `slice.sight.context` looks at.
   */
  evaluate(slice: Slice, who: Who, context: Record<string, CedarValueJson>): Evaluation {
    // Cedar's reader takes no unpaired surrogate; an answer that does not depend on the names must not hide that.
    if (!who.agent.isWellFormed() || !who.connection.isWellFormed()) return { ok: false };
    if (slice.policies.length === 0) return { ok: true, satisfied: [], errored: [] };
    const key = visible(slice, who, context);
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const { principal, action, resource } = subjectOf(who);
    const evaluation = this.#setFor(slice).evaluate({ principal, action, resource, context, entities: slice.needsEntities ? entitiesOf(who) : [] });
    // What failed may have failed for want of memory: it is refused, and tried again.
    if (evaluation.ok) this.#answers.set(key, evaluation);
    return evaluation;
  }

  #sliceOf(places: readonly number[]): Slice {
    const key = places.join(' ');
    const known = this.#byPolicies.get(key);
    if (known !== undefined) return known;
    const policies = places.map((place) => this.#policies[place]).filter((policy) => policy !== undefined);
    const sight = joinSights(policies.map(sightWithScope));
    const slice = { serial: ++this.#serial, policies, sight, needsEntities: sight.entities || policies.some(({ scope }) => scope.needsEntities) };
    this.#byPolicies.set(key, slice);
    return slice;
  }

  /** A set that holds at least the slice's policies: the others' scopes do not fit, so they change nothing but the time it takes. */
  #setFor(slice: Slice): PolicySet {
    const own = this.#loaded.get(slice);
    if (own === undefined) return this.#isWorthASet(slice) ? (this.#giveSet(slice) ?? this.#everything) : this.#everything;
    this.#loaded.delete(slice);
    this.#loaded.set(slice, own);
    return own;
  }

  #isWorthASet(slice: Slice): boolean {
    if (this.#policies.length - slice.policies.length < worthwhileSaving) return false;
    const times = (this.#withoutSet.get(slice) ?? 0) + 1;
    this.#withoutSet.set(slice, times);
    this.#evaluationsWithoutSet += 1;
    return times > 1 && (this.#loaded.size < maximumSets || this.#evaluationsWithoutSet >= evaluationsForASet);
  }

  #giveSet(slice: Slice): PolicySet | undefined {
    this.#evaluationsWithoutSet = 0;
    const set = this.#takeSet();
    if (!set.load(textsByKey(slice.policies))) {
      this.#free.push(set);
      return undefined;
    }
    this.#loaded.set(slice, set);
    return set;
  }

  #takeSet(): PolicySet {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const [oldest] = this.#loaded.size < maximumSets ? [] : this.#loaded;
    if (oldest !== undefined) {
      this.#loaded.delete(oldest[0]);
      return oldest[1];
    }
    const set = new PolicySet();
    this.#sets.push(set);
    return set;
  }
}

/**
 * One text for all requests that the slice's policies cannot tell apart, and another one for any other: JSON of a fixed
 * list, in which two different values never read alike.
 */
function visible({ serial, sight }: Slice, { agent, kind, connection, name, effect }: Who, context: Record<string, CedarValueJson>): string {
  return JSON.stringify([
    serial,
    sight.principal ? agent : 0,
    sight.action || sight.resource ? kind : 0,
    sight.resource ? [connection, name] : 0,
    sight.entities ? effect : 0,
    context,
  ]);
}

/** A scope that only Cedar can judge looks at everything it could. */
function sightWithScope({ sight, scope }: NamedPolicy): Sight {
  return scope.isCertain ? sight : { ...sight, principal: true, action: true, resource: true, entities: true };
}

function textsByKey(policies: readonly NamedPolicy[]): Map<string, string> {
  return new Map(policies.map((policy) => [policy.key, policy.text]));
}
