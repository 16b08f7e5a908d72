import { type Part, setPartitioner } from '../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../lib/testing/index.js';
import { atEndOfLife, refused } from './goingOn.js';
import { claim } from './leases.js';
import { leavesWithin } from './turns.js';

const ITEMS = ['a', 'b', 'c'];
const shares: Fact<Map<Stage, readonly Part[]>> = { initial: () => new Map() };

/** Takes part in dividing a set; leaves, and comes again. */
export const member: Actor = {
  name: 'member',
  start(stage) {
    const all = stage.get(shares);
    all.set(stage, []);
    atEndOfLife(stage, () => all.delete(stage));
    const settle = stage.pick([0, 200, 1000]);
    const round = () => {
      const known = new Set<unknown>();
      const subscription = stage.follow(setPartitioner(stage.zk, '/partition', ITEMS, { settle }), {
        next: (parts) => {
          stage.log(() => `has ${parts.map(({ item }) => item).join()}`);
          if (all.has(stage)) all.set(stage, parts);
          for (const { item, lease } of parts.filter((part) => !known.has(part.lease))) {
            known.add(lease);
            claim(stage, `/partition/${item}`, lease);
          }
        },
      });
      subscription.add(() => (all.has(stage) && all.set(stage, []), stage.after(stage.between(1, 800), round)));
      if (!stage.world.ending && stage.random() < 0.7) leavesWithin(stage, 9000, subscription);
    };
    round();
  },
};

export const partsAreDealt: Law = {
  name: 'every part has one member',
  during: (world) => {
    for (const [{ process }, parts] of world.get(shares)) {
      const lost = parts.find(({ lease }) => lease.signal.aborted);
      if (lost !== undefined && process.alive) return `${process.name} is shown ${lost.item}, which is lost`;
    }
    return undefined;
  },
  after: (world) => {
    const all = world.get(shares);
    if (all.size === 0 || refused(world, '/partition')) return undefined;
    const dealt = [...all.values()].flatMap((parts) => parts.map(({ item }) => item)).sort();
    return dealt.join() === ITEMS.join()
      ? undefined
      : [...all].map(([{ process }, parts]) => `${process.name}: ${parts.map(({ item }) => item).join()}`).join('; ');
  },
};
