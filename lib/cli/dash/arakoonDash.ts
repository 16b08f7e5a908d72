import { type Observable, catchError, forkJoin, map, of } from 'rxjs';
import { equalBytes } from '../../bytes/equalBytes.js';
import { type Arakoon, type OpenOptions, type Statistics, open, pollPrefix } from '../../arakoon/index.js';
import { arakoonStatus } from '../stores/arakoonStatus.js';
import { arakoonTree } from '../stores/openArakoonTree.js';
import { storeUrl } from '../stores/storeUrl.js';
import { PATIENCE } from '../stores/unreachable.js';
import { asBranches } from './asBranches.js';
import type { DashStore, MembersSample, SeenBranches } from './dashStore.js';
import type { KeyBranch } from './keyBranch.js';
import type { LockView } from './types.js';

/** Milliseconds from one look to the next: Arakoon has no events. */
const LOOK = { every: 2000 };
/** The value of a lock: its token, and its holder. The holder is an id with a name behind it. */
const LOCK = /^([1-9]\d{0,30}) (\S.*)$/;
/** The most bytes of a lock's value. */
const LONGEST_LOCK = 300;

/** A key as the tree has it. */
interface Entry {
  readonly bytes: Uint8Array;
}

/** Arakoon, for the dashboard. Each look reads all of its keys. */
export async function arakoonDash(url: string, options: OpenOptions): Promise<DashStore<KeyBranch<Entry>>> {
  const { servers, query, prefix } = storeUrl(url);
  const arakoon = await open(servers + query, options);
  return {
    about: { kind: 'arakoon', hasVersions: false, modes: [] },
    store: arakoonTree(arakoon, prefix),
    tree$: tree(arakoon, prefix),
    mark: ({ entry }) => ({
      kind: entry === undefined ? 'folder' : 'node',
      bytes: entry?.bytes.length ?? 0,
      version: '',
    }),
    plots: { Gets: 'per second', Sets: 'per second', 'Time to answer': 'ms, to this dashboard' },
    sample: () => sample(arakoon),
    locksAt: lockAt,
    sessions: () => of({ sessions: [], paths: new Map(), problems: ['Arakoon has no sessions'] }),
    client: arakoon,
    close: () => arakoon.close(),
  };
}

function tree(arakoon: Arakoon, prefix: string): Observable<SeenBranches<KeyBranch<Entry>>> {
  return pollPrefix(arakoon, prefix, LOOK).pipe(
    map(({ entries, cause }) => ({
      entries: new Map(entries.map(([key, bytes]) => [key.slice(prefix.length), { bytes }])),
      cause,
    })),
    asBranches<Entry>((a, b) => equalBytes(a.bytes, b.bytes))
  );
}

/** A key whose value is that of a lock. There is no sign of those who wait. */
function lockAt({ path, entry }: KeyBranch<Entry>): readonly LockView[] {
  if (entry === undefined || entry.bytes.length > LONGEST_LOCK) return [];
  const [, token, owner] = LOCK.exec(Buffer.from(entry.bytes).toString()) ?? [];
  if (token === undefined || owner === undefined) return [];
  const holder = { path, owner, token, state: 'holds' as const, mode: '', since: undefined };
  return [{ path, kind: 'lock', layout: 'Arakoon', contenders: [holder], count: 1 }];
}

function sample(arakoon: Arakoon): Observable<MembersSample> {
  // the status of a node tells that it is unreachable
  const counts = (node: string) =>
    arakoon.statistics({ node, timeout: PATIENCE }).pipe(catchError(() => of<Statistics>({})));
  return forkJoin([arakoonStatus(arakoon), forkJoin(Object.keys(arakoon.cluster.nodes).map(counts))]).pipe(
    map(([members, statistics]) => ({
      alarms: members.some(({ role }) => role === 'master') ? [] : ['the master cannot be reached'],
      members: members.map(({ server, role, problem, ...facts }, i) => ({
        server,
        role,
        facts: { ...facts, ...figuresOf(statistics[i] ?? {}) },
        ...(problem !== undefined && { problem: String(problem) }),
        gauges: typeof facts['ms'] === 'number' ? { 'Time to answer': facts['ms'] } : {},
        counters: { ...count('Gets', statistics[i], 'get_info'), ...count('Sets', statistics[i], 'set_info') },
      })),
    }))
  );
}

function figuresOf(statistics: Statistics): Readonly<Record<string, string | number>> {
  const facts: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(statistics))
    if (typeof value !== 'object') facts[name] = typeof value === 'bigint' ? `${value}` : value;
  return facts;
}

function count(title: string, statistics: Statistics = {}, name: string): Readonly<Record<string, number>> {
  const info = statistics[name];
  const n = typeof info === 'object' ? info['n'] : undefined;
  return n === undefined || typeof n === 'object' ? {} : { [title]: Number(n) };
}
