import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/**
 * The part of a record that somebody looks at: all of it, or the members that are named. A member that is only asked for
 * by `has` is named too, with no members of its own.
 */
export interface View {
  readonly isWhole: boolean;
  /** By their names in Cedar (`escapeKey`). */
  readonly members: ReadonlyMap<string, View>;
}

export const wholeView: View = { isWhole: true, members: new Map() };

/** Everything that the conditions of policies may look at. True, and more of a view, where in doubt. */
export interface Sight {
  readonly context: View;
  /** Which agent asks. */
  readonly principal: boolean;
  readonly action: boolean;
  /** Which tool, resource or prompt it is, and in which connection. */
  readonly resource: boolean;
  /** Attributes or parents of the resource. */
  readonly entities: boolean;
}

interface GrowingView extends View {
  isWhole: boolean;
  readonly members: Map<string, GrowingView>;
}

interface GrowingSight extends Sight {
  readonly context: GrowingView;
  principal: boolean;
  action: boolean;
  resource: boolean;
  entities: boolean;
}

function blind(): GrowingSight {
  return { context: emptyView(), principal: false, action: false, resource: false, entities: false };
}

function emptyView(): GrowingView {
  return { isWhole: false, members: new Map() };
}

/** What a policy's conditions look at, read from Cedar's JSON form of it (docs.cedarpolicy.com/policies/json-format.html). */
export function sightOf({ conditions }: Pick<PolicyJson, 'conditions'>): Sight {
  const sight = blind();
  for (const { body } of conditions) look(body, sight);
  return sight;
}

/** What several policies look at together. */
export function joinSights(sights: readonly Sight[]): Sight {
  const all = blind();
  for (const sight of sights) {
    joinViews(all.context, sight.context);
    all.principal ||= sight.principal;
    all.action ||= sight.action;
    all.resource ||= sight.resource;
    all.entities ||= sight.entities;
  }
  return all;
}

export function seesNothing({ isWhole, members }: View): boolean {
  return !isWhole && members.size === 0;
}

function joinViews(into: GrowingView, view: View): void {
  into.isWhole ||= view.isWhole;
  for (const [name, member] of view.members) joinViews(memberOf(into, name), member);
}

function memberOf(view: GrowingView, name: string): GrowingView {
  const known = view.members.get(name);
  if (known !== undefined) return known;
  const member = emptyView();
  view.members.set(name, member);
  return member;
}

/** `node` is an expression: one operator, or function, with its operands. Whatever is not known is searched through. */
function look(node: unknown, sight: GrowingSight): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [operator, body] of Object.entries(node)) {
    if (operator === 'Var') lookAtVariable(body, sight);
    else if (operator === 'Value') lookAtLiteral(body, sight);
    else if (!((operator === '.' || operator === 'has') && lookAtMember(operator, body, sight))) lookAtOperands(body, sight);
  }
}

function lookAtOperands(body: unknown, sight: GrowingSight): void {
  if (typeof body === 'object' && body !== null) for (const operand of Object.values(body)) look(operand, sight);
}

function lookAtVariable(name: unknown, sight: GrowingSight): void {
  if (name === 'principal') sight.principal = true;
  else if (name === 'action') sight.action = true;
  else if (name === 'context') sight.context.isWhole = true;
  else sight.resource = sight.entities = true;
}

/** An entity that a policy names may be the one that is asked about: what is known of that is known of the resource. */
function lookAtLiteral(value: unknown, sight: GrowingSight): void {
  if (typeof value === 'object' && value !== null) sight.resource = sight.entities = true;
}

/** Whether it is a member of the context, or the resource's effect, that is looked at, and nothing else. */
function lookAtMember(operator: '.' | 'has', body: unknown, sight: GrowingSight): boolean {
  if (typeof body !== 'object' || body === null || !('left' in body) || !('attr' in body)) return false;
  const names = namesOf(body.attr);
  if (names === null) return false;
  if (isVariable(body.left, 'resource') && names.length === 1 && names[0] === 'effect') {
    sight.entities = true;
    return true;
  }
  const path = contextPath(body.left);
  if (path === null) return false;
  let view = sight.context;
  for (const name of [...path, ...names]) view = memberOf(view, name);
  if (operator === '.') view.isWhole = true;
  return true;
}

/** The names that lead from `context` to what an expression stands for; null when it is anything else. */
function contextPath(node: unknown): readonly string[] | null {
  const names: string[] = [];
  let at = node;
  while (!isVariable(at, 'context')) {
    const access = accessOf(at);
    if (access === null) return null;
    names.unshift(access.attr);
    at = access.left;
  }
  return names;
}

function accessOf(node: unknown): { readonly left: unknown; readonly attr: string } | null {
  if (typeof node !== 'object' || node === null || !('.' in node)) return null;
  const access = node['.'];
  if (typeof access !== 'object' || access === null || !('left' in access) || !('attr' in access)) return null;
  return typeof access.attr === 'string' ? { left: access.left, attr: access.attr } : null;
}

function isVariable(node: unknown, name: string): boolean {
  return typeof node === 'object' && node !== null && 'Var' in node && node.Var === name;
}

/** `has` may name one member or, as `has a.b`, the way to one. */
function namesOf(attr: unknown): readonly string[] | null {
  if (typeof attr === 'string') return [attr];
  return Array.isArray(attr) && attr.every((name) => typeof name === 'string') ? attr : null;
}
