import type { Subscription } from 'rxjs';
import { elect } from '../../lib/zookeeper/recipes/locks/elect.js';
import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';
import { VirtualClock } from '../../lib/testing/simulator/virtualClock.js';
import { connect } from '../../lib/zookeeper/connect.js';
import { Ensemble } from './ensemble.js';
import { Traffic } from './traffic.js';

/** What the candidates did when the leader went. */
export interface Succession {
  /** How many of them sent a request. */
  readonly woken: number;
  /** The requests of all of them. */
  readonly requests: number;
  /** After how many milliseconds there was another leader. */
  readonly after: number;
  /** How many leaders there are at the end. */
  readonly leaders: number;
}

const SESSION_TIMEOUT = 10_000;

/** So many candidates for one leadership, of which the leader closes, or dies without a word. */
export function succession(candidates: number, end: 'closes' | 'dies', seed: number): Succession {
  const clock = new VirtualClock();
  const random = seededRandom(seed);
  const ensemble = new Ensemble(clock, 5);
  const crowd = Array.from({ length: candidates }, () => candidate(ensemble, clock, random));
  const leaders = () => crowd.filter(({ leads }) => leads);
  while (crowd.some(({ stands }) => !stands)) clock.advance(100);
  const [leader] = leaders();
  const before = crowd.map(({ traffic }) => traffic.copy());
  const began = clock.now();
  leader!.end(end);
  const others = () => leaders().filter((each) => each !== leader);
  while (others().length === 0) clock.advance(1);
  const after = clock.now() - began;
  clock.advance(5000);
  const requests = crowd.map(({ traffic }, i) => (crowd[i] === leader ? 0 : traffic.since(before[i]!).requests));
  const told = { woken: requests.filter((sent) => sent > 0).length, after, leaders: others().length };
  for (const each of crowd) each.end('closes');
  clock.advance(1000);
  return { ...told, requests: requests.reduce((sum, sent) => sum + sent, 0) };
}

interface Candidate {
  readonly traffic: Traffic;
  readonly leads: boolean;
  /** Whether it has its place in the line. */
  readonly stands: boolean;
  end(how: 'closes' | 'dies'): void;
}

function candidate(ensemble: Ensemble, clock: VirtualClock, random: () => number): Candidate {
  const traffic = new Traffic();
  const transport = ensemble.transport(traffic);
  let role: string | undefined;
  let client: Subscription | undefined;
  let candidacy: Subscription | undefined;
  const options = { scheduler: clock, transport, random, sessionTimeout: SESSION_TIMEOUT };
  clock.schedule(() => {
    client = connect(ensemble.connectString, options).subscribe((zk) => {
      candidacy = elect(zk, '/leader').subscribe((now) => (role = now.role));
    });
  }, random() * 5000);
  return {
    traffic,
    get leads() {
      return role === 'leader';
    },
    get stands() {
      return role !== undefined;
    },
    end(how) {
      if (how === 'dies') ensemble.vanish(traffic);
      candidacy?.unsubscribe();
      client?.unsubscribe();
    },
  };
}
