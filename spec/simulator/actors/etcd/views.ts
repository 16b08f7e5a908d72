import type { WatchedEntry, WatchedKey, WatchedRange } from '../../../../lib/etcd/index.js';
import type { Actor, Fact, Law, Stage } from '../../../../lib/testing/index.js';
import { nowAndThen } from '../goingOn.js';
import { changesSome } from './followers.js';
import { ledgerOf, shown } from './ledger.js';

const PREFIX = 'event/';

/** A subscriber of a key or a range, and what it was shown last. */
interface View {
  readonly stage: Stage;
  /** A key, or a prefix. */
  readonly place: string;
  last: { readonly told: string; readonly stale: boolean; readonly revision: number } | undefined;
  readonly entries: Map<string, WatchedEntry<Uint8Array>>;
  /** Since when it shows, without a doubt, what is no longer true, by the clock of the world. */
  wrongSince: number | undefined;
}

const views: Fact<Set<View>> = { initial: () => new Set() };

/** Watches keys and a prefix, leaves, and comes again. */
export const viewer: Actor = {
  name: 'etcd viewer',
  start(stage) {
    changesSome(stage);
    for (let i = stage.between(1, 4); i > 0; i--) view(stage);
    stage.every(4000, () => view(stage));
  },
};

function view(stage: Stage): void {
  const place = stage.pick([PREFIX, PREFIX, `${PREFIX}0`, `${PREFIX}1`, `${PREFIX}2`]);
  const own: View = { stage, place, last: undefined, entries: new Map(), wrongSince: undefined };
  const all = stage.get(views);
  all.add(own);
  const subscription =
    place === PREFIX
      ? stage.follow(stage.etcd.watchPrefix(place), { next: (now) => sees(own, now, listOf(own, now)) })
      : stage.follow(stage.etcd.watch(place), { next: (now) => sees(own, now, keyOf(own, now)) });
  subscription.add(() => all.delete(own));
  if (stage.random() < 0.3) stage.after(stage.between(0, 8000), () => subscription.unsubscribe());
}

function keyOf({ place }: View, now: WatchedKey): string {
  return now.kind === 'present'
    ? shown(place, now.value, now.facts.modRevision)
    : now.kind === 'absent'
      ? ''
      : now.kind;
}

function listOf({ stage, entries: known }: View, { kind, entries }: WatchedRange): string {
  if (kind === 'denied') return kind;
  const list: string[] = [];
  for (const [key, entry] of entries) {
    if (entry.kind !== 'present') return entry.kind;
    const before = known.get(key);
    if (before?.facts?.modRevision === entry.facts.modRevision && before !== entry)
      stage.violated('entries that did not change are the same objects', key);
    known.set(key, entry);
    list.push(shown(key, entry.value, entry.facts.modRevision));
  }
  return list.join(' ');
}

function truthOf({ stage, place }: View, revision: number): string {
  return ledgerOf(stage.world).listed(place, revision);
}

function sees(own: View, now: WatchedKey | WatchedRange, told: string): void {
  const { stage, place, last } = own;
  const { revision, stale, cause } = now;
  stage.log(() => `${place} at ${revision}${stale ? ' stale' : ''}`);
  if (stale !== (cause !== undefined)) stage.violated('what is stale has a cause, and nothing else', place);
  if (revision < (last?.revision ?? 0))
    stage.violated('no value of etcd goes back', `${place} from ${last!.revision} to ${revision}`);
  if (told !== truthOf(own, revision))
    stage.violated(
      'what is shown was so at its revision',
      `${place} at ${revision}: ${told}, not ${truthOf(own, revision)}`
    );
  own.last = { told, stale, revision };
}

export const viewsAreTrue: Law = {
  name: 'what is watched in etcd is true when all is well',
  after: (world) => {
    for (const own of world.get(views)) {
      const { last, place } = own;
      if (last === undefined || last.stale) return `${place}: ${last === undefined ? 'nothing is shown' : 'stale'}`;
      const truth = truthOf(own, world.etcd.revision);
      if (last.told !== truth) return `${place}: ${last.told}, and not ${truth}`;
    }
    return undefined;
  },
};

/**
 * A member that is silent is noticed after a heartbeat and the patience for its answer; one that has lost its leader
 * says so after three election timeouts. Links may be slow by seven seconds.
 */
const PATIENCE = 10_000 + 5000 + 14_000;

export const doubtIsShown: Law = {
  name: 'what is not the truth in etcd for long is marked as stale',
  during: nowAndThen((world, now) => {
    for (const own of world.get(views)) {
      const { stage, last } = own;
      const isWrong =
        stage.process.awake && last !== undefined && !last.stale && last.told !== truthOf(own, world.etcd.revision);
      if (!isWrong) own.wrongSince = undefined;
      else if (now - (own.wrongSince ??= now) > PATIENCE)
        return `${own.place}: ${last.told} of ${last.revision} for ${Math.round(now - own.wrongSince)} ms`;
    }
    return undefined;
  }),
};
