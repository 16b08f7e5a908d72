import type { Observable } from 'rxjs';
import type { Fact, Law, SimulatedWorld, Stage } from '../../../../lib/testing/index.js';
import { type Deed, request } from '../goingOn.js';
import { ledgerOf } from './ledger.js';

/** A key with a value that nobody else writes, or a key that nobody else writes. */
export interface Mark {
  readonly key: string;
  readonly value?: string;
}

/** A write, and what shows whether it was done. */
interface Marked extends Mark {
  readonly deed: Deed;
  /** Whether the answer said that its conditions did not hold. */
  readonly failed: boolean;
}

const marks: Fact<{ readonly all: Marked[]; next: number }> = { initial: () => ({ all: [], next: 0 }) };

/** A key that nobody else writes. */
export function markOf(stage: Stage): string {
  return `mark/${stage.get(marks).next++}`;
}

/** A text that nobody else writes. */
export function unique(stage: Stage): string {
  return `${stage.process.name}-${stage.get(marks).next++}`;
}

/** Makes a write that leaves this mark, once at most. */
export function marked<T>(
  stage: Stage,
  what: string,
  { key, value }: Mark,
  write$: Observable<T>,
  done: (value: T) => void = () => {}
): void {
  let failed = false;
  const deed = request(stage, `${what} ${key}`, write$, (told) => {
    failed = (told as { readonly succeeded?: boolean }).succeeded === false;
    done(told);
  });
  stage.get(marks).all.push({
    deed,
    key,
    ...(value !== undefined && { value }),
    get failed() {
      return failed;
    },
  });
}

function wrong(world: SimulatedWorld): string | undefined {
  if (!world.hasEtcd) return undefined;
  const ledger = ledgerOf(world);
  for (const { deed, key, value: own, failed } of world.get(marks).all) {
    const times = ledger.of(key).filter(({ value }) => value !== undefined && value === (own ?? value)).length;
    const words = `${deed.what}, which is ${failed ? 'refused' : deed.fate},`;
    if (times > 1) return `${words} was done ${times} times`;
    if (deed.fate === 'done' && !failed && times === 0) return `${words} is not there`;
    if ((deed.fate === 'none' || failed) && times > 0) return `${words} is there`;
  }
  return undefined;
}

export const writesAreAsTold: Law = {
  name: 'what a write of etcd was told is what was done, once at most',
  after: wrong,
};
