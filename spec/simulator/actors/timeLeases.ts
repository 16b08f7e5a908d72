import { timeLease } from '../../../lib/index.js';
import type { Actor, Fact } from '../../../lib/testing/index.js';
import { request } from './goingOn.js';

const leases: Fact<Map<string, { holder: string; until: number }>> = { initial: () => new Map() };
const names: Fact<{ next: number }> = { initial: () => ({ next: 0 }) };

/** Asks for leases by the clock. */
export const timeLeaser: Actor = {
  name: 'time leaser',
  start(stage) {
    const { zk, world } = stage;
    const holder = `holder-${stage.get(names).next++}`;
    const now = () => world.clock.now();
    const ask = (place: string, many: { readonly leases?: number }) =>
      request(
        stage,
        `a time lease at ${place}`,
        timeLease(zk, place, { holder, duration: stage.between(1000, 6000), now, ...many }),
        (lease) => {
          if (lease === undefined) return;
          const other = stage.get(leases).get(lease.path);
          stage.log(() => `has ${lease.path} until ${lease.until}`);
          if (other !== undefined && other.holder !== holder && other.until > now() && lease.until > now())
            stage.violated(
              'a time lease has one holder',
              `${lease.path}: ${other.holder} until ${other.until}, ${holder} until ${lease.until}`
            );
          stage.get(leases).set(lease.path, { holder, until: lease.until });
        }
      );
    stage.every(1500, () => ask('/by-the-clock/one', {}));
    stage.every(3000, () => ask('/by-the-clock/many', { leases: 2 }));
  },
};
