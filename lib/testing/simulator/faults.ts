import { etcdFaults } from './etcdFaults.js';
import type { FaultAct } from './faultAct.js';
import type { Ambush, Ending } from './process.js';
import { requestFaults } from './requestFaults.js';
import type { CutManner } from './simulatedLink.js';
import type { Direction } from './simulatedNetwork.js';

const DIRECTIONS: readonly Direction[] = ['toServer', 'toClient'];
const MANNERS: readonly CutManner[] = ['reset', 'end', 'vanish'];
const AMBUSHES: readonly Ambush[] = ['leave', 'close', 'close', 'closeSoon', 'cut', 'throw'];
const ENDINGS: readonly Ending[] = ['close', 'detach', 'unsubscribe', 'crash'];

/** Every kind of fault. Their order decides what a seed draws. */
export const faults = {
  /** All links of a process end. */
  cut({ process, pick }) {
    const manner = pick(MANNERS);
    process.network.cut(manner);
    return manner;
  },
  /** The link breaks after some bytes: inside a frame, between two replies, between the pieces of one request. */
  cutInside({ process, pick, between, later }) {
    const direction = pick(DIRECTIONS);
    const bytes = pick([between(0, 60), between(0, 2000)]);
    process.network.conditions[direction].cutAfter = bytes;
    later(() => (process.network.conditions[direction].cutAfter = undefined));
    return `after ${bytes} bytes ${direction}`;
  },
  /** Bytes arrive a few at a time. */
  pieces({ process, pick, between, later }) {
    const [direction, size] = [pick(DIRECTIONS), between(1, 40)];
    process.network.conditions[direction].pieces = size;
    later(() => (process.network.conditions[direction].pieces = undefined));
    return `of ${size} bytes ${direction}`;
  },
  /** Bytes travel for long: also for so long that a link hardly counts as alive. */
  slow({ process, pick, between, later, sessionTimeout }) {
    const [direction, delay] = [
      pick(DIRECTIONS),
      pick([between(2, 50), between(50, 3000), Math.round((sessionTimeout * between(40, 70)) / 100)]),
    ];
    process.network.conditions[direction].delay = delay;
    later(() => (process.network.conditions[direction].delay = 1));
    return `${delay} ms ${direction}`;
  },
  stall({ process, pick, later }) {
    const direction = pick(DIRECTIONS);
    process.network.stall(direction);
    later(() => process.network.flow(direction));
    return direction;
  },
  /** Bytes arrive that never become a frame. */
  drip({ process, world, lasting }) {
    const until = world.clock.now() + lasting;
    const { network } = process;
    const drip = () => {
      network.forge(Buffer.from([0]));
      if (world.clock.now() < until) world.clock.schedule(drip, 300);
    };
    network.stall('toClient');
    network.forge(Buffer.from([0, 15, 66, 64]));
    drip();
    world.clock.schedule(() => network.cut('reset'), lasting);
    world.clock.schedule(() => network.flow('toClient'), lasting + 1);
    return 'a frame of 1,000,000 bytes';
  },
  refuse({ process, later }) {
    const { network } = process;
    network.dial = 'refused';
    network.cut('reset');
    later(() => (network.dial = 'works'));
    return 'dials';
  },
  relapse: requestFaults.relapse,
  hang({ process, later, pick }) {
    const { network } = process;
    network.dial = 'hangs';
    if (pick([true, false])) network.cut('vanish');
    later(() => (network.dial = 'works'));
    return 'dials';
  },
  words({ process, later, pick }) {
    const { network } = process;
    network.words = pick(['refused', 'mute']);
    if (pick([true, false])) network.cut('reset');
    later(() => (network.words = 'work'));
    return network.words;
  },
  error: requestFaults.error,
  lose: requestFaults.lose,
  delay: requestFaults.delay,
  expire({ world, process }) {
    const { sessionId } = process;
    if (!world.server.sessions.includes(sessionId)) return 'no session';
    world.endedEarly = true;
    world.server.expire(sessionId);
    return String(sessionId);
  },
  drop({ world }) {
    world.server.drop();
    return 'all links';
  },
  outage({ world, later }) {
    const { server } = world;
    void server.refuse();
    later(() => void server.accept());
    return 'of the server';
  },
  freeze({ world, later }) {
    const { server } = world;
    server.pause();
    later(() => server.resume());
    return 'of the server';
  },
  readOnly({ world, later }) {
    const { server } = world;
    server.readOnly = true;
    later(() => (server.readOnly = false));
    return 'server';
  },
  /** The event loop of a process stands still. */
  busy({ process, lasting }) {
    process.clock.stall(lasting);
    return `${lasting} ms`;
  },
  /** The machine of a process is suspended: its monotonic clock stands still. */
  suspend({ process, lasting }) {
    process.clock.suspend(lasting);
    return `${lasting} ms`;
  },
  setWall({ process, pick, between }) {
    const by = pick([-1, 1]) * between(1, 100_000);
    process.clock.setWall(by);
    return `by ${by} ms`;
  },
  servers({ world, pick }) {
    const list = pick([['zk1'], ['zk1', 'zk2'], ['zk2', 'zk3'], []]).map((host) => ({ host, port: 2181 }));
    world.servers$.next(list);
    return list.map(({ host }) => host).join(' ');
  },
  /** A process ends, and begins another life. */
  end({ process, pick, later }) {
    const how = pick(ENDINGS);
    process.end(how);
    later(() => process.start());
    return how;
  },
  /** Something happens inside `next` of a subscriber. */
  ambush({ process, pick, later }) {
    const ambush = pick(AMBUSHES);
    process.ambush = ambush;
    later(() => process.start()); // if it was closed
    return ambush;
  },
  /** The servers lose all data. Only on request: no acknowledged write survives it. */
  loseData({ world }) {
    world.loseData();
    return 'all of it';
  },
  /** Arakoon: a node stands still. */
  freezeNode({ world, pick, later }) {
    if (!world.hasCluster) return 'no cluster';
    const node = pick(['a', 'b', 'c']);
    world.cluster.pause(node);
    later(() => world.cluster.resume(node));
    return node;
  },
  /** Arakoon: another master, or none for a while. */
  master({ world, pick, later }) {
    if (!world.hasCluster) return 'no cluster';
    const node = pick(['a', 'b', 'c', undefined]);
    world.cluster.electMaster(node);
    later(() => world.cluster.electMaster(node ?? 'a'));
    return node ?? 'nobody';
  },
  ...etcdFaults,
} as const satisfies Record<string, FaultAct>;

/** A kind of fault that the simulator knows. */
export type SimulatedFault = keyof typeof faults;
