// A worker's network: to each server a proxy of its own, with faults of its own.
import { setTimeout as sleep } from 'node:timers/promises';
import { merge, tap } from 'rxjs';
import { faultProxy, randomFaults } from './built.mjs';

/** What slows a link down, and what makes it well again, now and then among the faults that `randomFaults` makes. */
const SLOW = [
  { delay: 30, jitter: 30 },
  { delay: 200, jitter: 100 },
  { split: 1 },
  { split: 7, delay: 5 },
  { bandwidth: 20_000 },
];
const WELL = { delay: 0, split: 0, bandwidth: 0 };
const SOME = 4;

/** The same seed gives the same faults. */
function* faultsOf({ seed, every, lasting }) {
  let count = 0;
  for (const step of randomFaults({ seed, every, lasting })) {
    yield step;
    if (++count % SOME === 0) yield SLOW[(seed + count / SOME) % SLOW.length];
    if (count % SOME === 1) yield WELL;
  }
}

/** `tell` hears of every fault. `heal` is the end of them, `stop` that of the links. */
export async function links({ ports, seed, every, lasting, tell }) {
  const proxies = await Promise.all(
    ports.map((port, i) => faultProxy({ target: { host: '127.0.0.1', port }, seed: seed + i }))
  );
  const faults$ = merge(...proxies.map((proxy) => proxy.play(faultsOf({ seed: proxy.seed, every, lasting })))).pipe(
    tap((step) => {
      const name = nameOf(step);
      if (name !== undefined) tell({ kind: 'fault', name: `link: ${name}` });
    })
  );
  let playing = faults$.subscribe();
  const heal = () => {
    playing.unsubscribe();
    return Promise.all(proxies.map((proxy) => proxy.heal()));
  };
  return {
    connectString: proxies.map(({ connectString }) => connectString).join(),
    heal,
    /** No server can be heard, on any link, for so long. */
    async isolate(ms) {
      await heal();
      for (const proxy of proxies) proxy.stall();
      await sleep(ms);
      for (const proxy of proxies) proxy.flow();
      playing = faults$.subscribe();
    },
    stop: () => Promise.all(proxies.map((proxy) => proxy.stop())),
  };
}

/** `undefined` for the end of a fault. */
function nameOf({ afterBytes, stall, cut, refuse, close, dropConnections, delay, split, bandwidth }) {
  if (refuse) return 'refuse';
  if (cut) return afterBytes === undefined ? 'cut' : 'cut in a frame';
  if (stall) return stall === 'both' ? 'stall' : 'stall one way';
  if (close) return 'close';
  if (dropConnections) return 'drop';
  return delay > 0 || split > 0 || bandwidth > 0 ? 'slow' : undefined;
}
