// What is done to servers and to workers, and when. The links have faults of their own: see links.mjs.
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom, waitFor } from './built.mjs';

const TO_SERVERS = [
  'kill the leader',
  'kill a server',
  'freeze the leader',
  'freeze a server',
  'freeze two servers',
  'restart a server',
];
const TO_WORKERS = [
  'stop a worker',
  'stop whoever leads',
  'isolate a worker',
  'isolate whoever leads',
  'kill a worker',
];
/** Milliseconds between two faults, in which the ensemble and the sessions may recover. */
const BREATH = { servers: [1500, 6000], workers: [500, 5000] };
/** Milliseconds in which a server that has come back has written what it has caught up with. */
const PERSISTS_WITHIN = 500;

/**
 * Every fault there will be: `at` so many milliseconds, `kind`, to `which` server or worker, `lasting` so long. Depends
 * on nothing but its arguments; only who leads is seen at the time.
 */
export function schedule({ seed, length, servers, workers, timeout }) {
  const random = seededRandom(seed);
  const between = ([low, high]) => Math.round(low + random() * (high - low));
  const series = (kinds, count, breath, bounds) => {
    const steps = [];
    let at = between(breath);
    for (;;) {
      const step = {
        at,
        kind: kinds[Math.floor(random() * kinds.length)],
        which: Math.floor(random() * count),
        lasting: between(bounds),
      };
      at += step.lasting;
      if (at > length) return steps;
      steps.push(step);
      at += between(breath);
    }
  };
  return {
    servers: series(TO_SERVERS, servers, BREATH.servers, [300, timeout * 1.5]),
    workers: series(TO_WORKERS, workers, BREATH.workers, [timeout / 4, timeout * 2]),
  };
}

/** Does it, but what there is no more time for. Resolves when all is over, and all servers and workers run. */
export async function wreak({ servers, workers }, { length, ensemble, staff, judge }) {
  const acts = { ...againstServers(ensemble), ...againstWorkers(staff, judge) };
  const began = performance.now();
  const play = async (steps) => {
    for (const { at, kind, which, lasting } of steps) {
      await sleep(Math.max(0, began + at - performance.now()));
      if (performance.now() - began > length) return;
      judge.fault(kind);
      await acts[kind](which, lasting);
    }
  };
  await Promise.all([play(servers), play(workers)]);
}

/**
 * Each fault begins with all servers in the quorum. By several in a row ZooKeeper itself may lose what it has
 * acknowledged: who has just come back can have the epoch on disk, and not yet the transactions (ZOOKEEPER-4643,
 * ZOOKEEPER-4646, ZOOKEEPER-4785).
 */
function againstServers(ensemble) {
  const { servers } = ensemble;
  const together = async () => {
    const modes = await Promise.all(servers.map((server) => server.mode()));
    return modes.every((mode) => mode === 'leader' || mode === 'follower');
  };
  const whole = () =>
    waitFor(together, { timeout: 60_000, interval: 200, what: 'all servers in the quorum' }).then(() =>
      sleep(PERSISTS_WITHIN)
    );
  const down = (signal) => async (index, lasting) => {
    await servers[index].kill(signal);
    await sleep(lasting);
    await servers[index].start();
    await whole();
  };
  const frozen = async (indices, lasting) => {
    for (const index of indices) servers[index].freeze();
    await sleep(lasting);
    for (const index of indices) servers[index].thaw();
    await whole();
  };
  const leading = (act) => async (index, lasting) => act(await ensemble.leader().catch(() => index), lasting);
  return {
    'kill a server': down('SIGKILL'),
    'kill the leader': leading(down('SIGKILL')),
    'restart a server': down('SIGTERM'),
    'freeze a server': (index, lasting) => frozen([index], lasting),
    'freeze the leader': leading((index, lasting) => frozen([index], lasting)),
    'freeze two servers': (index, lasting) => frozen([index, (index + 1) % servers.length], lasting),
  };
}

function againstWorkers(staff, judge) {
  const leading = (act) => (number, lasting) =>
    act(staff.numberOf(judge.newestHolder('election').client) ?? number, lasting);
  const stop = (number, lasting) => staff.pause(number, lasting);
  const isolate = (number, lasting) => staff.isolate(number, lasting);
  return {
    'stop a worker': stop,
    'stop whoever leads': leading(stop),
    'isolate a worker': isolate,
    'isolate whoever leads': leading(isolate),
    'kill a worker': async (number) => {
      await staff.kill(number);
      staff.start(number);
    },
  };
}
