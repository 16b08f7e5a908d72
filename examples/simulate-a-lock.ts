/**
 * A home-made lock with a bug, and the simulator that finds it: up to 60 runs with faults, in virtual time. It needs
 * no server.
 *
 * Try: mend `homeMadeLock`, so that it deletes only its own node, and see whether the simulator still finds a bug.
 */
import { type ZooKeeper, lock } from 'quorum-rx';
import { type Actor, type Fact, type Law, simulate } from 'quorum-rx/testing';
import { NEVER, type Observable, concat, finalize, map, retry, timer } from 'rxjs';

/**
 * A lock as many people write it: who makes the node has the lock. Emits once it is held; unsubscribing gives it back.
 */
function homeMadeLock(zk: ZooKeeper): Observable<unknown> {
  return concat(zk.create('/mutex', null, { mode: 'ephemeral' }), NEVER).pipe(
    retry({ delay: () => timer(100, zk.scheduler) }),
    // The bug: when the session was lost meanwhile, this deletes the node of somebody else.
    // eslint-disable-next-line rxjs-x/no-subscribe-in-pipe -- many people write it so
    finalize(() => zk.delete('/mutex').subscribe({ error: () => undefined }))
  );
}

/** The lock of this library, for comparison: it ends when it is lost, and it is asked for again. */
function goodLock(zk: ZooKeeper): Observable<unknown> {
  return lock(zk, '/lock').pipe(
    map((lease) => lease.signal),
    retry({ delay: () => timer(100, zk.scheduler) })
  );
}

/** The processes that work now. */
const working: Fact<Set<string>> = { initial: () => new Set() };

/** Gets the lock, works for a while, gives it back, and begins again. */
const worker = (makeLock: (zk: ZooKeeper) => Observable<unknown>): Actor => ({
  name: 'worker',
  start(stage) {
    const all = stage.get(working);
    const { name } = stage.process;
    const turn = () => {
      const held = stage.follow(makeLock(stage.zk), {
        next: (signal) => {
          all.add(name);
          stage.log(() => 'works');
          if (signal instanceof AbortSignal) signal.addEventListener('abort', () => all.delete(name));
          stage.after(stage.between(100, 3000), () => {
            held.unsubscribe();
            stage.after(stage.between(100, 1000), turn);
          });
        },
      });
      held.add(() => all.delete(name));
    };
    turn();
  },
});

const oneAtATime: Law = {
  name: 'one works at a time',
  during: (world) => {
    const awake = world.processes.filter((process) => process.awake && world.get(working).has(process.name));
    return awake.length > 1 ? awake.map(({ name }) => name).join(' and ') : undefined;
  },
};

const options = { runs: 60, faults: ['cut', 'stall', 'refuse', 'outage'] } as const;

const bad = simulate([worker(homeMadeLock)], [oneAtATime], options);
if (bad.failure === undefined) throw new Error('the bug was not found');
console.log(`found after ${bad.runs} runs: ${bad.failure.law}: ${bad.failure.message}`);
console.log(bad.failure.trace.slice(-12).join('\n'));

const good = simulate([worker(goodLock)], [oneAtATime], options);
if (good.failure !== undefined) throw new Error(String(good.failure));
console.log(
  `the lock of the library: nothing found in ${good.runs} runs, ${Math.round(good.passed / 60_000)} virtual minutes`
);
