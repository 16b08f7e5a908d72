import type { FaultAct, Strike } from './faultAct.js';
import type { PendingFault } from './world.js';

/**
 * Errors that a server may give to any request. Not among them are CONNECTION_LOSS, which no server sends, and NO_NODE,
 * which is an answer: no server lies.
 */
const ERRORS = [-1, -2, -5, -6, -8, -102, -110, -115, -119, -122, -127, -999];

/** Kinds of faults that wait for a request of the process. */
export const requestFaults = {
  /** A request of a process gets an error, and perhaps those that follow do: perhaps the first ones of another link. */
  error(strike) {
    const { process, pick } = strike;
    if (pick([true, false])) process.network.cut('reset');
    const fault = { error: pick(ERRORS) };
    return `${fault.error} ${refuseSome(strike, { kind: 'error', fault, store: 'zookeeper' })}`;
  },
  /** A request, or its reply, is lost with the link, or garbled; and perhaps the next ones, too. */
  lose(strike) {
    const { process, pick, between } = strike;
    return loseSome(
      strike,
      Array.from({ length: pick([1, 1, 3, 4]) }, (_, i) => ({
        process,
        kind: 'lose',
        after: i === 0 ? someRequest(strike) : between(0, 1),
        fault: pick(['cut', 'cutAfter', 'garbage'] as const),
      }))
    );
  },
  /** No link for a while; and the next ones end when they have hardly begun. */
  relapse(strike) {
    const { process, later, pick, between } = strike;
    const { network } = process;
    network.dial = 'refused';
    network.cut('reset');
    later(() => (network.dial = 'works'));
    return loseSome(
      strike,
      Array.from({ length: between(1, 3) }, () => ({
        process,
        kind: 'relapse',
        after: between(0, 4),
        fault: pick(['cut', 'cutAfter'] as const),
      }))
    );
  },
  /** One request is served late, and all behind it. */
  delay(strike) {
    const { world, process, pick, between, sessionTimeout } = strike;
    const after = someRequest(strike);
    const delay = pick([between(1, 200), between(200, 5000), Math.round((sessionTimeout * between(40, 70)) / 100)]);
    world.pending.push({ process, kind: 'delay', after, fault: { delay } });
    return `${delay} ms at the request after ${after}`;
  },
} as const satisfies Record<string, FaultAct>;

/** A request is refused, and perhaps those that follow are. Returns which, in words. */
export function refuseSome(strike: Strike, refusal: Pick<PendingFault, 'kind' | 'fault' | 'store'>): string {
  const { world, process, pick } = strike;
  const first = someRequest(strike);
  const length = pick([1, 1, 5]);
  for (let i = 0; i < length; i++) world.pending.push({ process, after: i === 0 ? first : 0, ...refusal });
  return `to ${length} from the request after ${first}`;
}

function loseSome({ world }: Strike, losses: readonly (PendingFault & { readonly fault: string })[]): string {
  world.pending.push(...losses);
  return losses.map(({ fault, after }) => `${fault} at the request after ${after}`).join(', ');
}

/** How many requests are served before: mostly few. */
function someRequest({ pick, between }: Strike): number {
  return pick([0, between(0, 3), between(0, 30)]);
}
