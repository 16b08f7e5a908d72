import type { Observable, Observer, Subscription } from 'rxjs';
import type { CoordinationError } from '../../../../lib/index.js';
import type { Fact, Law, SimulatedWorld, Stage } from '../../../../lib/testing/index.js';
import { type Fate, waitsFor } from '../goingOn.js';
import type { Version } from './homes.js';
import { type EntryState, type Ledger, isGone, ledgerOf } from './ledger.js';

/** A change that a process wants to make. */
export interface Change {
  readonly what: string;
  readonly alias: string;
  /** What becomes of the entry: the content of a write, no entry, or the same content with another end. */
  readonly kind: 'write' | 'delete' | 'expire';
  /** The write whose content the entry has then. */
  readonly write?: string | undefined;
  /** Says why the change should not have been made of this state. */
  readonly unless?: ((before: EntryState, latest: number) => string | undefined) | undefined;
  /** The number of the state that the entry had when the change began. */
  readonly from: number;
  /** The number of the state that it had at the end of the change. */
  to: number | undefined;
  version: Version | undefined;
  fate: Fate;
}

export type WantedChange = Pick<Change, 'what' | 'alias' | 'kind' | 'write' | 'unless'>;

const changes: Fact<Change[]> = { initial: () => [] };

/** Notes that a process begins to make a change. */
export function begins(stage: Stage, wanted: WantedChange): Change {
  const from = ledgerOf(stage.world).now(wanted.alias);
  const change: Change = { ...wanted, from, to: undefined, version: undefined, fate: 'waits' };
  stage.get(changes).push(change);
  return change;
}

/** What a process hears of a request, or of a stream of progress. */
export interface Hearing<T> {
  /** Called with each value. */
  readonly next?: (value: T) => void;
  /** Called at the end with the last value. */
  readonly done?: (last: T) => void;
  readonly failed?: (error: CoordinationError) => void;
  /** Called when the process listens no more: before the others, or in their place. */
  readonly left?: () => void;
}

/** Follows something that has an end. */
export function attempt<T>(stage: Stage, what: string, source$: Observable<T>, hearing: Hearing<T>): Subscription {
  const { next, done, failed, left } = hearing;
  let last: T | undefined;
  const over = waitsFor(stage, what);
  const subscription = stage.follow(source$, {
    next: (value) => {
      last = value;
      next?.(value);
    },
    error: failed,
    complete: () => done?.(last as T),
  } as Partial<Observer<T>>);
  subscription.add(() => {
    over();
    left?.();
  });
  return subscription;
}

/** The same of a change. */
export interface HearingOfChange<T> extends Hearing<T> {
  /** The version that the entry was said to have. */
  readonly version?: (last: T) => Version | undefined;
  /** Whether the answer was that nothing was changed. */
  readonly unchanged?: (last: T) => boolean;
}

/** Makes a change, and notes what becomes of it. */
export function makes<T>(
  stage: Stage,
  wanted: WantedChange,
  source$: Observable<T>,
  { done, failed, left, version, unchanged, ...hearing }: HearingOfChange<T> = {}
): Subscription {
  const change = begins(stage, wanted);
  return attempt(stage, `${wanted.what} ${wanted.alias}`, source$, {
    ...hearing,
    done: (value) => {
      change.fate = unchanged?.(value) === true ? 'none' : 'done';
      change.to = ledgerOf(stage.world).now(wanted.alias);
      change.version = version?.(value);
      done?.(value);
    },
    failed: (error) => {
      change.fate = error.effect;
      isTrue(stage, change, error);
      failed?.(error);
    },
    left: () => {
      change.fate = 'left';
      left?.();
    },
  });
}

/** Whether an entry was as a refusal says, at some moment of the change. */
function isTrue({ world }: Stage, { what, alias, from }: Change, { code, effect }: CoordinationError): void {
  const wants = { ALIAS_ALREADY_EXISTS: false, ALIAS_NOT_FOUND: true }[code];
  if (wants === undefined || effect !== 'none' || world.refusals.length > 0) return;
  const ledger = ledgerOf(world);
  const states = ledger.of(alias).slice(from);
  if (states.slice(1).some(({ hides }) => hides)) return;
  const isSo = states.some((state) => (wants ? isGone(state, ledger.latest) : state.write !== undefined));
  if (!isSo) world.violated('a refusal of a hive is true', `${what} ${alias}: ${code}`);
}

/** What is wrong with what became of an entry. */
function wrongWith(alias: string, ledger: Ledger, all: readonly Change[], latest: number): string | undefined {
  const states = ledger.of(alias);
  const mine = all.filter((change) => change.alias === alias || change.alias === '');
  const times = new Map<string, number>();
  for (const [i, state] of states.entries()) {
    const before = states[i - 1];
    if (before === undefined || (before.write === undefined && state.write === undefined)) continue;
    const kind = state.write === undefined ? 'delete' : state.write === before.write ? 'expire' : 'write';
    const made = mine.filter(
      (change) =>
        change.kind === kind &&
        (kind !== 'write' || change.write === state.write) &&
        (change.alias === '' || change.from < i) &&
        change.fate !== 'none' &&
        (change.fate !== 'done' || change.alias === '' || i <= change.to!)
    );
    const words = `${alias}, ${i}: from ${before.write} to ${state.write} at ${state.at}`;
    if (kind === 'write') {
      const already = (times.get(state.write!) ?? 0) + 1;
      times.set(state.write!, already);
      if (already > 1) return `${words}, for the second time`;
    }
    if (kind === 'delete' && isGone(before, latest)) continue; // a sweep may do it
    if (made.length === 0) return `${words}: no one was told that this is done`;
    const reasons = made.map(({ unless, what }) => {
      const reason = state.hides ? undefined : unless?.(before, latest);
      return reason && `${what} ${reason}`;
    });
    if (reasons.every((reason) => reason !== undefined)) return `${words}: ${reasons.join(', ')}`;
  }
  return undefined;
}

/** What is wrong with a change that was acknowledged. */
function missing({ what, alias, kind, write, from, to, version }: Change, ledger: Ledger): string | undefined {
  const states = ledger.of(alias);
  for (let i = from + 1; i <= to!; i++) {
    const state = states[i]!;
    const isIt =
      kind === 'delete'
        ? state.write === undefined
        : kind === 'write'
          ? state.write === write
          : state.write !== undefined && state.write === states[i - 1]!.write;
    if (state.hides || (isIt && (version === undefined || state.version === version))) return undefined;
  }
  return `${what} ${alias}${write === undefined ? '' : ` of ${write}`} was acknowledged, and was not done`;
}

function wrong(world: SimulatedWorld): string | undefined {
  const ledger = ledgerOf(world);
  const all = world.get(changes);
  const lost = all.filter(({ fate, alias }) => fate === 'done' && alias !== '').map((each) => missing(each, ledger));
  return [...lost, ...ledger.aliases.map((alias) => wrongWith(alias, ledger, all, ledger.latest))].find(
    (message) => message !== undefined
  );
}

export const changesAreAsTold: Law = {
  name: 'what a change of a hive was told is what was done, once at most',
  after: wrong,
};
