import { NEVER, concat, retry, timer } from 'rxjs';
import { lock, whileHeld } from '../../../lib/index.js';
import type { Actor, Fact, Law } from '../../../lib/testing/index.js';
import { refused, states } from './goingOn.js';
import { contendedFor, working } from './leases.js';

const attempts: Fact<{ connected: number; offline: number }> = { initial: () => ({ connected: 0, offline: 0 }) };

/** Waits for a lock for a moment only, and tries again, whatever has happened. */
export const impatientLocker: Actor = {
  name: 'impatient locker',
  start(stage) {
    contendedFor(stage, '/impatient');
    const { zk } = stage;
    const counts = stage.get(attempts);
    const attempt$ = lock(zk, '/impatient', { timeout: 20 }).pipe(
      whileHeld((lease) => concat(working(stage, '/impatient', lease), NEVER))
    );
    let online = false;
    let serves = false;
    states(stage, ({ kind }) => ((serves = kind === 'connected'), (online ||= serves)));
    const next = () => {
      if (stage.world.ending) return;
      online = serves;
      const subscription = stage.follow(
        attempt$.pipe(
          retry({
            delay: () => (online ? counts.connected++ : counts.offline++, (online = serves), timer(5, stage.scheduler)),
          })
        ),
        {
          next: () => stage.after(stage.between(0, 300), () => subscription.unsubscribe()),
        }
      );
      stage.after(2000, () => subscription.unsubscribe());
      subscription.add(() => (counts.connected++, stage.after(100, next)));
    };
    next();
  },
};

/** Each node that is made, and each that is deleted, counts. */
export const nothingIsSentLater: Law = {
  name: 'what was given up before it could be sent is not sent later',
  after: (world) => {
    const { stat } = world.server.tree('/impatient').get('/impatient') ?? {};
    const { connected, offline } = world.get(attempts);
    if (stat === undefined || refused(world, '/impatient')) return undefined;
    return stat.cversion / 2 > connected + 1
      ? `${stat.cversion / 2} nodes were made in ${connected} attempts; ${offline} more were made without a connection`
      : undefined;
  },
};

const numbers: Fact<{ next: number }> = { initial: () => ({ next: 0 }) };
/** Requests that were given up before they could leave. */
const givenUp: Fact<string[]> = { initial: () => [] };

/** Asks for nodes while there is no connection, and leaves. */
export const leaver: Actor = {
  name: 'leaver',
  start(stage) {
    const { zk } = stage;
    let connections = 0;
    states(stage, ({ kind }) => void (kind === 'connected' && connections++));
    stage.every(50, () => {
      if (zk.state.kind === 'connected') return;
      const before = connections;
      const path = `/given-up-${stage.get(numbers).next++}`;
      const subscription = stage.follow(zk.create(path));
      subscription.add(() => connections === before && stage.get(givenUp).push(path));
      stage.after(stage.between(0, 40), () => subscription.unsubscribe());
    });
  },
};

export const givenUpIsNotSent: Law = {
  name: 'a request that was given up before it could leave is not sent',
  after: (world) => world.get(givenUp).find((path) => world.server.tree().has(path)),
};
