import { beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, type Observable, Subject, VirtualTimeScheduler, defer, map, timer } from 'rxjs';
import type { CallOptions } from '../../lib/client/callOptions.js';
import { inTurn } from '../../lib/client/inTurn.js';

let scheduler: VirtualTimeScheduler;
let log: string[];
beforeEach(() => void ([scheduler, log] = [new VirtualTimeScheduler(), []]));

/** A session, in which each piece of work takes 100 ms. */
function session() {
  const state$ = new Subject<never>();
  return (name: string, options: CallOptions = {}, work$: Observable<unknown> = timer(100, scheduler), key = '/n') => {
    const logged$ = defer(() => (log.push(`${scheduler.now()} ${name}`), work$.pipe(map(() => name))));
    return inTurn({ state$, scheduler }, key, options, logged$).subscribe({
      error: (error: unknown) => log.push(`${scheduler.now()} ${name} errors with ${String(error)}`),
      complete: () => log.push(`${scheduler.now()} ${name} is done`),
    });
  };
}

describe('work on one node', () => {
  it('goes one after the other, in the order of subscription', () => {
    const run = session();
    for (const name of ['a', 'b', 'c']) run(name);
    scheduler.flush();
    expect(log).toEqual(['0 a', '100 a is done', '100 b', '200 b is done', '200 c', '300 c is done']);
  });

  it('does not wait for work on other nodes or of other sessions', () => {
    const [run, other] = [session(), session()];
    run('a');
    run('elsewhere', {}, NEVER, '/m');
    other('another session', {}, NEVER);
    scheduler.maxFrames = 50;
    scheduler.flush();
    expect(log).toEqual(['0 a', '0 elsewhere', '0 another session']);
  });

  it('lets the next one begin when it errors or is left, and forgets who leaves while waiting', () => {
    const run = session();
    run('a', {}, defer(() => timer(100, scheduler).pipe(map(() => { throw 'mine'; })))); // prettier-ignore
    const b = run('b');
    run('c', {}, NEVER).add(() => log.push('c is left'));
    run('d');
    b.unsubscribe();
    scheduler.maxFrames = 150;
    scheduler.flush();
    expect(log).toEqual(['0 a', '100 a errors with mine', '100 c']);
  });

  it('is begun without its turn after the timeout, or after 5 seconds', () => {
    const run = session();
    run('a', {}, NEVER);
    run('b', { timeout: 70 });
    run('c');
    scheduler.maxFrames = 6000;
    scheduler.flush();
    expect(log).toEqual(['0 a', '70 b', '170 b is done', '5000 c', '5100 c is done']);
  });

  it('is begun at once when its signal aborts, so that its request can report that', () => {
    const run = session();
    const abort = new AbortController();
    run('a', {}, NEVER);
    run('b', { signal: abort.signal });
    scheduler.schedule(() => abort.abort(), 20);
    scheduler.maxFrames = 200;
    scheduler.flush();
    expect(log).toEqual(['0 a', '20 b', '120 b is done']);
  });
});
