import type { CoordinationError } from '../../../../lib/index.js';
import type { Actor, Fact, Stage } from '../../../../lib/testing/index.js';
import { makes } from './changes.js';
import { type AnyHive, GRACE, type Habits, aNap, hiveOf } from './hives.js';
import { ALIASES, type Home } from './homes.js';
import { ledgerOf } from './ledger.js';
import { sweepsAtLast } from './sweepers.js';
import { type Written, newContent } from './writers.js';

/** An upload that has not come to its end. */
interface Unfinished extends Written {
  readonly id: string;
  readonly alias: string;
}

const unfinished: Fact<Map<string, Unfinished>> = { initial: () => new Map() };
/** Bytes of a content whose upload takes longer than the time of grace, with a pause before each slice. */
const LONG = 3900;
const PAUSE = 1500;
/** Bytes of a content in two slices. */
const SLICED = 500;

/** Uploads contents slice by slice, leaves, and goes on with the uploads that it and others have not finished. */
export function uploader(home: Home): Actor {
  return {
    name: `uploader of a hive in ${home.name}`,
    start(stage) {
      const hive = sweepsAtLast(stage, home);
      const habits = (): Habits => stage.pick([{}, { deaf: 0.1 }, { nap: aNap(stage) }]);
      stage.every(stage.pick([1000, 2000]), () => upload(stage, hiveOf(stage, home, habits()), newContent(stage)));
      stage.every(8000, () => uploadSlowly(stage, home));
      stage.every(2000, () => uploadAsleep(stage, home));
      stage.every(1000, () => goOn(stage, hive));
    },
  };
}

function upload(stage: Stage, hive: AnyHive, { write, content }: Written): void {
  const pieces = [content.subarray(0, 10), content.subarray(10, 450), content.subarray(450)];
  transfer(stage, hive, { alias: stage.pick(ALIASES), write, content }, pieces);
}

/** The writer falls asleep before it makes the entry visible, and sweeps take it for dead. */
function uploadAsleep(stage: Stage, home: Home): void {
  const nap = { before: 2, ofChanges: true, lasting: stage.between(GRACE, 3 * GRACE) };
  const alias = stage.pick(ALIASES);
  const { write, content } = newContent(stage, SLICED);
  const upload$ = hiveOf(stage, home, { nap }).upload(content, { alias });
  makes(stage, { what: 'upload', alias, kind: 'write', write }, upload$, { version: ({ version }) => version });
}

/** A write of a slice or of the record: when it ended, and how long it took. */
interface Sign {
  readonly at: number;
  readonly took: number | undefined;
}

function uploadSlowly(stage: Stage, home: Home): void {
  const signs: Sign[] = [{ at: stage.world.clock.now(), took: 0 }];
  const tried = (took: number | undefined) => void signs.push({ at: stage.world.clock.now(), took });
  const hive = hiveOf(stage, home, { pause: PAUSE, tried });
  const alias = stage.pick(ALIASES);
  const own = newContent(stage, LONG);
  transfer(stage, hive, { alias, ...own }, own.content, undefined, ({ code }) => {
    if (code === 'UPLOAD_CONDEMNED' && wasAlive(stage, signs))
      stage.violated('a writer that gives signs of life is not condemned', `${alias} ${own.write}`);
  });
}

/** Whether a writer has written all the time, without delay: then it could renew its record. */
function wasAlive({ world }: Stage, signs: readonly Sign[]): boolean {
  const now = world.clock.now();
  const newest = signs.filter(({ at }) => at >= now - 2 * GRACE);
  const moments = [now - 2 * GRACE, ...newest.map(({ at }) => at), now];
  const isSteady = moments.every((at, i) => i === 0 || at - moments[i - 1]! <= PAUSE + 200);
  return isSteady && signs.every(({ took = Infinity }) => took <= 100) && !ledgerOf(world).skewed;
}

/** Goes on with an upload: now and then with one whose writer lives, and now and then with another content. */
function goOn(stage: Stage, hive: AnyHive): void {
  const all = stage.get(unfinished);
  if (all.size === 0) return;
  const { id, alias, write, content } = stage.pick([...all.values()]);
  all.delete(id);
  const own = stage.random() < 0.3 ? newContent(stage) : { write, content };
  transfer(stage, hive, { alias, ...own }, own.content, id);
}

function transfer(
  stage: Stage,
  hive: AnyHive,
  { alias, write, content }: Omit<Unfinished, 'id'>,
  source: Uint8Array | Iterable<Uint8Array>,
  resume?: string,
  failed?: (error: CoordinationError) => void
): void {
  const mayGoOn = failed === undefined; // one that another process goes on with is condemned for the first
  const all = stage.get(unfinished);
  const stop = new AbortController();
  const expires = stage.random() < 0.2 ? stage.between(1, 2 * GRACE) : undefined;
  const wanted = { what: resume === undefined ? 'upload' : 'resume', alias, kind: 'write', write } as const;
  const upload$ = hive.upload(source, { alias, resume, expires, signal: stop.signal });
  const subscription = makes(stage, wanted, upload$, {
    next: ({ phase, id }) => {
      if (phase === 'done') all.delete(id);
      else if (mayGoOn && stage.random() < 0.2) all.set(id, { id, alias, write, content });
    },
    version: ({ version }) => version,
    ...(failed && { failed }),
  });
  const act = stage.random();
  if (act < 0.15) stage.after(stage.between(0, 50), () => subscription.unsubscribe());
  else if (act < 0.3) stage.after(stage.between(0, 4000), () => stop.abort());
}
