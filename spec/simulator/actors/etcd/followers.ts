import { type Observable, concatMap, delay, tap } from 'rxjs';
import type { KeyChange, KeyEntry, RangeEvents } from '../../../../lib/etcd/index.js';
import type { CoordinationError } from '../../../../lib/index.js';
import type { Actor, Fact, Law, Stage } from '../../../../lib/testing/index.js';
import { again, request } from '../goingOn.js';
import { ledgerOf, shown } from './ledger.js';
import { unique } from './marks.js';

const PREFIX = 'event/';
const KEYS = ['event/0', 'event/1', 'event/2', 'event/3', 'event/4'];
const bytes = (text: string) => Buffer.from(text);

/** Changes the keys that are followed: one at a time, or several in one transaction. */
export const changer: Actor = {
  name: 'etcd changer',
  start(stage) {
    changes(stage, stage.pick([15, 100, 500]));
  },
};

function changes(stage: Stage, often: number): void {
  const { etcd } = stage;
  stage.every(often, () => {
    const act = stage.between(0, 9);
    const key = stage.pick(KEYS);
    const value = bytes(unique(stage));
    if (act < 5) request(stage, `put ${key}`, etcd.put(key, value));
    else if (act < 7) request(stage, `delete ${key}`, etcd.delete(key));
    else if (act < 9) {
      const [first = '', second = '', third = ''] = [...KEYS].sort(() => stage.random() - 0.5);
      const change = etcd.transaction().do((t) => t.put(first, value).delete(second).put(third, value));
      request(stage, 'a change of several keys', change.commit());
    } else request(stage, 'a deletion of all', etcd.deleteRange({ prefix: PREFIX }));
  });
}

/** Changes the keys now and then, for actors that follow them. */
export function changesSome(stage: Stage): void {
  changes(stage, 700);
}

/** A subscriber of events, and the revision up to which it was told all. */
interface Follower {
  readonly stage: Stage;
  readonly prefix: string;
  readonly only: 'put' | 'deleted' | undefined;
  at: number;
}

const followers: Fact<Set<Follower>> = { initial: () => new Set() };
const EXACT = 'every event is told, once and in order';

/** Follows the events of a prefix or a key; sometimes leaves, and comes again. */
export const follower: Actor = {
  name: 'etcd follower',
  start(stage) {
    changesSome(stage);
    for (let i = stage.between(1, 3); i > 0; i--) follow(stage);
  },
};

type Events = RangeEvents<KeyChange, KeyEntry>;

function follow(stage: Stage): void {
  const prefix = stage.pick([PREFIX, PREFIX, stage.pick(KEYS)]);
  const own: Follower = { stage, prefix, only: stage.pick([undefined, undefined, 'put', 'deleted'] as const), at: 0 };
  const options = { previous: stage.random() < 0.4, ...(own.only !== undefined && { only: own.only }) };
  const range = prefix === PREFIX ? { prefix } : { from: prefix, to: `${prefix}\0` };
  const all = stage.get(followers);
  const events$ = (): Observable<Events> =>
    stage.etcd.range(range).pipe(
      tap(({ revision }) => {
        own.at = revision;
        all.add(own);
      }),
      delay(stage.pick([0, stage.between(0, 3000)]), stage.scheduler), // the history may be forgotten meanwhile
      concatMap(({ revision }) =>
        stage.etcd.events(prefix === PREFIX ? { prefix } : prefix, { from: revision + 1, ...options })
      )
    );
  again(stage, () => events$().pipe(tap({ subscribe: () => void all.delete(own), finalize: () => all.delete(own) })), {
    next: (events) => hears(own, events, options.previous),
    error: ({ code }: CoordinationError) => {
      if (code === 'PERMISSION_DENIED') stage.violated('root may follow all events', prefix);
    },
  });
}

function hears(own: Follower, events: Events, previous: boolean): void {
  const { stage, prefix, only } = own;
  const ledger = ledgerOf(stage.world);
  const { revision } = events;
  stage.log(() => `${events.kind} of ${revision}`);
  if (events.kind === 'resync') {
    if (stage.world.etcd.compacted <= own.at + 1)
      stage.violated('a resync is for what was compacted away', `${revision} after ${own.at}`);
    const told = events.entries.map(inWords).join(' ');
    const truth = ledger.listed(prefix, revision);
    if (told !== truth) stage.violated('a resync is the state of its revision', `${told}, and not ${truth}`);
  } else {
    const next = ledger.after(prefix, own.at, only);
    const told = events.changes.map((change) =>
      change.kind === 'put' ? inWords(change.entry) : shown(change.key, undefined, revision)
    );
    const truth = next?.changes.map(({ key, value }) => shown(key, value, revision));
    if (next?.revision !== revision || told.join(' ') !== truth?.join(' '))
      stage.violated(
        EXACT,
        `after ${own.at}: ${told.join(' ')}, and not ${next?.revision}: ${String(truth?.join(' '))}`
      );
    if (previous) for (const change of events.changes) checkPrevious(own, change, revision);
  }
  if (revision < own.at) stage.violated(EXACT, `${revision} after ${own.at}`);
  own.at = revision;
}

/** What was there before, unless it is forgotten. */
function checkPrevious({ stage }: Follower, { key, previous }: KeyChange, revision: number): void {
  const was = ledgerOf(stage.world).at(key, revision - 1);
  if (previous === undefined && (was === undefined || stage.world.etcd.compacted >= revision)) return;
  const told = previous && inWords(previous);
  const truth = was && shown(key, was.value, was.revision);
  if (told !== truth) stage.violated('an event has what was there before', `${String(told)}, and not ${String(truth)}`);
}

function inWords(entry: KeyEntry): string {
  return entry.kind === 'present'
    ? shown(entry.key, entry.value, entry.facts.modRevision)
    : `${entry.key} ${entry.kind}`;
}

export const nothingIsMissed: Law = {
  name: 'no event is missing when all is well',
  after: (world) => {
    const ledger = ledgerOf(world);
    for (const { prefix, at, only } of world.get(followers)) {
      const missed = ledger.after(prefix, at, only);
      if (missed !== undefined) return `${prefix}: ${missed.revision} was not told after ${at}`;
    }
    return undefined;
  },
};
