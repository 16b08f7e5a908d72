import type { Step } from '../../../arakoon/protocol/step.js';
import { Failure, Rc, fail } from '../failure.js';
import type { UserFunctions } from '../types.js';
import type { KeyChanges } from './keyChanges.js';
import { bytesOf, keyOf } from '../../host/keyOf.js';
import { quoted } from './stepText.js';
import { userStore } from './userStore.js';

/**
 * Does one step. Returns the answer of the command of the same name. Throws a {@link Failure}: the change must not be
 * committed then.
 */
export function applyStep(change: KeyChanges, step: Step, functions: UserFunctions): Uint8Array | number | null {
  switch (step.kind) {
    case 'set':
      return put(change, step.key, step.value, null);
    case 'delete':
      return put(change, step.key, null, change.get(step.key) ?? fail(Rc.notFound, textOf(step.key)));
    case 'testAndSet': {
      const old = change.get(step.key);
      return same(old, step.expected) ? put(change, step.key, step.wanted, old) : old;
    }
    case 'replace':
      return put(change, step.key, step.value, change.get(step.key));
    case 'deletePrefix':
      return change.deletePrefix(step.prefix);
    case 'assert':
      return same(change.get(step.key), step.value) ? null : fail(Rc.assertionFailed, textOf(step.key));
    case 'assertExists':
      return change.get(step.key) === null ? fail(Rc.assertionFailed, textOf(step.key)) : null;
    case 'assertRange':
      return assertRange(change.withPrefix(step.prefix), step.keys.map(keyOf));
    case 'userFunction':
      return callFunction(change, functions[step.name], step.argument);
    case 'sequence':
      for (const each of step.steps) applyStep(change, each, functions);
      return null;
    case 'nop':
      return null;
  }
}

function put<T>(change: KeyChanges, key: Uint8Array, value: Uint8Array | null, answer: T): T {
  change.put(key, value);
  return answer;
}

/** They are compared in the order in which they came. */
function assertRange(actual: readonly string[], wanted: readonly string[]): null {
  if (actual.length === wanted.length && actual.every((key, i) => key === wanted[i])) return null;
  return fail(
    Rc.assertionFailed,
    textOf(bytesOf(`ContainsExactly [ ${quoted(wanted.join('; '))} ] actual: ${actual.join(',')}`))
  );
}

function callFunction(
  change: KeyChanges,
  called: UserFunctions[string] | undefined,
  argument: Uint8Array | null
): Uint8Array | null {
  if (called === undefined) return fail(Rc.notFound, 'Not_found');
  try {
    return called(userStore(change), argument);
  } catch (reason) {
    if (reason instanceof Failure) throw reason;
    return fail(Rc.userFunctionFailed, reason instanceof Error ? reason.message : String(reason));
  }
}

export function same(one: Uint8Array | null, other: Uint8Array | null): boolean {
  return one === null || other === null ? one === other : Buffer.compare(one, other) === 0;
}

/** A key in a message. */
export function textOf(key: Uint8Array): string {
  return Buffer.from(key).toString('utf8');
}
