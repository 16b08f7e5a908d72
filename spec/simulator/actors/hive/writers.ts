import type { Actor, Stage } from '../../../../lib/testing/index.js';
import { type WantedChange, attempt, begins, makes } from './changes.js';
import { type AnyHive, GRACE, hiveOf } from './hives.js';
import { ALIASES, type Home, type Version } from './homes.js';
import { type EntryState, isGone, ledgerOf } from './ledger.js';
import { floorOf, sees } from './reads.js';
import { sweepsAtLast } from './sweepers.js';

/** Bytes of contents: in the head, and in slices of 300. */
const SIZES = [24, 100, 101, 300, 700, 1100];
const ACTS = [
  ...(['update', 'update', 'put', 'put', 'replace', 'expire'] as const),
  ...(['modify', 'modify', 'compareAndSwap', 'getAndUpdate', 'delete', 'getAndRemove', 'removeIf'] as const),
];

/** A write with its content. */
export interface Written {
  readonly write: string;
  readonly content: Uint8Array;
}

/** Writes and deletes entries, in every way. */
export function writer(home: Home): Actor {
  return {
    name: `writer of a hive in ${home.name}`,
    start(stage) {
      sweepsAtLast(stage, home);
      const hive = hiveOf(stage, home, { deaf: stage.pick([0, 0.05]) });
      const known = new Map<string, Version>();
      stage.every(stage.pick([500, 1500]), () => {
        const alias = stage.pick(ALIASES);
        const asleep = () => hiveOf(stage, home, { hesitation: stage.between(1, GRACE) });
        for (let i = stage.between(1, 3); i > 0; i--)
          change(stage, stage.random() < 0.4 ? asleep() : hive, alias, known);
      });
    },
  };
}

/** @param known the version of each entry that the writer has seen last */
function change(stage: Stage, hive: AnyHive, alias: string, known: Map<string, Version>): void {
  const { write, content } = newContent(stage);
  const floor = floorOf(stage, alias, true);
  const what = stage.pick(ACTS);
  const ifVersion = stage.random() < 0.3 ? known.get(alias) : undefined;
  const condition = { ifVersion };
  const ends = { expires: stage.random() < 0.2 ? stage.between(1, 2 * GRACE) : undefined };
  const options = { ...ends, ...condition };
  const onlyIf = ({ version }: EntryState) =>
    ifVersion !== undefined && version !== ifVersion ? `for ${ifVersion} of ${version}` : undefined;
  const writes = { what, alias, kind: 'write', write, unless: onlyIf } as const;
  const deletes = { what, alias, kind: 'delete', unless: onlyIf } as const;
  const hearing = {
    done: (version: Version) => void known.set(alias, version),
    version: (version: Version) => version,
  };
  /** The write whose content the entry was said to have had before. */
  let told: string | undefined;
  const asTold = {
    unless: (before: EntryState) =>
      onlyIf(before) ?? (told === undefined || told === before.write ? undefined : `of ${told}`),
  };
  const tells = { done: (value: Uint8Array) => void (told = sees(stage, what, alias, value, floor).write) };
  const expected = likely(stage, alias);
  const swaps = {
    unless: (before: EntryState) =>
      onlyIf(before) ?? (before.write === expected.write ? undefined : `of ${expected.write}`),
  };
  const ifSame = {
    unchanged: ({ swapped }: { readonly swapped: boolean }) => !swapped,
    done: ({ value }: { readonly value: Uint8Array }) => void sees(stage, what, alias, value, floor),
  };
  switch (what) {
    case 'put':
      return void makes(stage, { ...writes, unless: overAnEntry }, hive.put(alias, content, ends), hearing);
    case 'update':
      return void makes(stage, writes, hive.update(alias, content, options), hearing);
    case 'replace':
      return void makes(
        stage,
        { ...writes, unless: (before) => onlyIf(before) ?? (before.write === undefined ? 'of no entry' : undefined) },
        hive.replace(alias, content, options),
        hearing
      );
    case 'modify':
      return modify(stage, hive, { alias, write, content }, ends);
    case 'expire':
      return void makes(
        stage,
        { ...writes, kind: 'expire' },
        hive.expire(alias, stage.pick([undefined, stage.between(1, 2 * GRACE)]), condition),
        hearing
      );
    case 'delete':
      return void makes(stage, deletes, hive.delete(alias, condition));
    case 'getAndUpdate':
      return void makes(stage, { ...writes, ...asTold }, hive.getAndUpdate(alias, content, options), tells);
    case 'getAndRemove':
      return void makes(stage, { ...deletes, ...asTold }, hive.getAndRemove(alias, condition), tells);
    case 'compareAndSwap':
      return void makes(
        stage,
        { ...writes, ...swaps },
        hive.compareAndSwap(alias, expected.content, content, options),
        ifSame
      );
    case 'removeIf':
      return void makes(stage, { ...deletes, ...swaps }, hive.removeIf(alias, expected.content, condition), ifSame);
  }
}

/** Writes over the content that it was shown last, and over no other. */
function modify(
  stage: Stage,
  hive: AnyHive,
  { alias, write, content }: Written & { readonly alias: string },
  ends: { readonly expires: number | undefined }
): void {
  let base: string | undefined;
  const modified$ = hive.modify(
    alias,
    (value) => {
      base = value && sees(stage, 'modify', alias, value, 0).write;
      return content;
    },
    ends
  );
  const unless = (before: EntryState, latest: number) => {
    const isIt = base === undefined ? isGone(before, latest) : before.write === base;
    return isIt ? undefined : `of ${base ?? 'no entry'}`;
  };
  makes(stage, { what: 'modify', alias, kind: 'write', write, unless }, modified$, {
    version: ({ version }) => version,
  });
}

function overAnEntry(before: EntryState, latest: number): string | undefined {
  return isGone(before, latest) ? undefined : 'over an entry';
}

/** Content for a write that has not been made. */
export function newContent(stage: Stage, size = stage.pick(SIZES)): Written {
  const ledger = ledgerOf(stage.world);
  const write = ledger.newWrite(stage);
  return { write, content: ledger.contents.make(write, size) };
}

/** A content that an entry may have. */
function likely(stage: Stage, alias: string): Written {
  const ledger = ledgerOf(stage.world);
  const states = ledger.of(alias);
  const { write } = states[Math.max(0, states.length - stage.pick([1, 1, 2]))]!;
  return write === undefined ? newContent(stage) : { write, content: ledger.contents.of(write) };
}

/** Makes many requests at once, and removes many entries. */
export function batcher(home: Home): Actor {
  return {
    name: `batcher of a hive in ${home.name}`,
    start(stage) {
      const hive = sweepsAtLast(stage, home);
      stage.every(stage.pick([700, 2000]), () => batch(stage, hive));
      stage.every(4000, () => {
        const prefix = stage.pick(['docs/', 'docs/c', 'a']);
        const removal = { what: `removeAll ${prefix}`, alias: '', kind: 'delete' } as const;
        makes(stage, removal, hive.removeAll(prefix));
      });
    },
  };
}

function batch(stage: Stage, hive: AnyHive): void {
  const all = Array.from({ length: stage.between(1, 5) }, () => {
    const alias = stage.pick(ALIASES);
    const { write, content } = newContent(stage);
    const wanted: WantedChange = { what: 'update in a batch', alias, kind: 'write', write };
    return { change: begins(stage, wanted), request$: hive.update(alias, content) };
  });
  attempt(stage, 'a batch', hive.batch(all.map(({ request$ }) => request$)), {
    done: (outcomes) => {
      const ledger = ledgerOf(stage.world);
      for (const [i, { change: each }] of all.entries()) {
        const outcome = outcomes[i]!;
        each.to = ledger.now(each.alias);
        if (outcome.kind === 'reply') each.version = outcome.value;
        each.fate = outcome.kind === 'reply' ? 'done' : outcome.kind === 'lost' ? 'unknown' : 'none';
      }
    },
    left: () => {
      for (const { change: each } of all) each.fate = 'left';
    },
  });
}
