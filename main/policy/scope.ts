import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

export interface EntityName {
  readonly type: string;
  readonly id: string;
}

/** Who does what to what. An agent and an action have no parents here; a resource has its connection. */
export interface Subject {
  readonly principal: EntityName;
  readonly action: EntityName;
  readonly resource: EntityName;
  readonly connection: EntityName;
}

export interface Scope {
  /** False only when Cedar would certainly find that the scope does not fit. A scope cannot err, so nothing else is lost. */
  mayFit(subject: Subject): boolean;
  /** True when `mayFit` is certain of "fits" too. */
  readonly isCertain: boolean;
  /** Whether it fits may depend on the resource's parents. */
  readonly needsEntities: boolean;
}

/** What one line of a scope asks of an entity, given with its parent. */
type Test = (entity: EntityName, parent?: EntityName) => boolean;

/** Reads the scope from Cedar's JSON form of a policy (docs.cedarpolicy.com/policies/json-format.html). */
export function scopeOf({ principal, action, resource }: Pick<PolicyJson, 'principal' | 'action' | 'resource'>): Scope {
  const [isPrincipal, isAction, isResource] = [testOf(principal), testOf(action), testOf(resource)];
  return {
    mayFit: (subject) =>
      (isPrincipal?.(subject.principal) ?? true) && (isAction?.(subject.action) ?? true) && (isResource?.(subject.resource, subject.connection) ?? true),
    isCertain: isPrincipal !== null && isAction !== null && isResource !== null,
    needsEntities: resource.op !== 'All' && resource.op !== '==',
  };
}

type Constraint = PolicyJson['principal'] | PolicyJson['action'] | PolicyJson['resource'];

/** Null for what is not known here: Cedar decides then. */
function testOf(constraint: Constraint): Test | null {
  switch (constraint.op) {
    case 'All':
      return () => true;
    case '==': {
      const wanted = 'entity' in constraint ? nameOf(constraint.entity) : null;
      return wanted && ((entity) => isSame(entity, wanted));
    }
    case 'in':
      return isIn(constraint);
    case 'is': {
      const { entity_type: type, in: group } = constraint;
      const isMember = group === undefined ? (): boolean => true : isIn(group);
      return isMember && ((entity, parent) => entity.type === type && isMember(entity, parent));
    }
    default:
      return null;
  }
}

/** An entity is in itself and in what it is a member of. */
function isIn(constraint: object): Test | null {
  const listed: readonly unknown[] = 'entities' in constraint && Array.isArray(constraint.entities) ? constraint.entities : ['entity' in constraint ? constraint.entity : null];
  const groups = listed.map(nameOf).filter((group) => group !== null);
  if (groups.length < listed.length) return null;
  return (entity, parent) => groups.some((group) => isSame(entity, group) || (parent !== undefined && isSame(parent, group)));
}

function isSame(a: EntityName, b: EntityName): boolean {
  return a.id === b.id && a.type === b.type;
}

/** Cedar writes an entity in either of two ways; null for anything else. */
function nameOf(entity: unknown): EntityName | null {
  if (typeof entity !== 'object' || entity === null) return null;
  const plain: unknown = '__entity' in entity ? entity.__entity : entity;
  if (typeof plain !== 'object' || plain === null || !('type' in plain) || !('id' in plain)) return null;
  return typeof plain.type === 'string' && typeof plain.id === 'string' ? { type: plain.type, id: plain.id } : null;
}
