import { EMPTY, Observable, type SchedulerLike, concatMap, defer, expand, finalize, from, map, of, timer } from 'rxjs';
import { checkScript } from './checkScript.js';
import type { Direction } from './proxyTypes.js';
import { type FaultStep, checkStep } from './faultStep.js';
import type { Faults } from './faults.js';
import { performStep } from './performStep.js';
import type { ProxyRules } from './proxyRules.js';

/** The proxy that a script plays on. */
export interface Stage {
  readonly faults: Faults;
  readonly scheduler: SchedulerLike;
  readonly rules: Readonly<Record<Direction, ProxyRules>>;
}

/** Performs the steps, one after the other; takes them as they are needed, so that a script can be endless. */
export function playScript(script: Iterable<FaultStep>, stage: Stage): Observable<FaultStep> {
  return defer(() => {
    const steps = checkScript('script', script)[Symbol.iterator]();
    let count = 0;
    const next = (): Observable<FaultStep> => {
      const step = steps.next();
      return step.done === true ? EMPTY : play(checkStep(`script[${count++}]`, step.value), stage);
    };
    return defer(next).pipe(
      expand(next),
      finalize(() => steps.return?.())
    );
  });
}

function play(step: FaultStep, { faults, scheduler, rules }: Stage): Observable<FaultStep> {
  const { after = 0, afterBytes, direction = 'toClient' } = step;
  const time$: Observable<unknown> = after > 0 ? timer(after, scheduler) : of(undefined);
  const due$ = afterBytes === undefined ? time$ : time$.pipe(concatMap(() => passed(rules[direction], afterBytes)));
  return due$.pipe(
    concatMap(() => {
      const pending = performStep(step, faults);
      return pending === undefined ? of(step) : from(pending).pipe(map(() => step));
    })
  );
}

/** Emits when exactly so many more bytes have gone through, and before any other does. */
function passed(rules: ProxyRules, bytes: number): Observable<void> {
  return new Observable((subscriber) =>
    rules.mark(bytes, () => {
      subscriber.next();
      subscriber.complete();
    })
  );
}
