import { type Updated, counter, json, typedNode, update } from '../../../lib/index.js';
import type { Actor, Fact, Law, SimulatedWorld } from '../../../lib/testing/index.js';
import { type Deed, again, refused, request, atEndOfLife } from './goingOn.js';

interface Addition {
  readonly deed: Deed;
  readonly amount: number;
}
interface Facts {
  readonly additions: Addition[];
  /** What somebody was told to be the sum, which nobody else can have been told. */
  readonly sums: Set<number>;
  readonly seen: Set<{ value: number | undefined; stale: boolean }>;
  /** Ids that were to be put into lists, by their number. */
  readonly ids: Deed[];
  readonly versions: Map<number, string>;
}
const facts: Fact<Facts> = {
  initial: () => ({ additions: [], sums: new Set(), seen: new Set(), ids: [], versions: new Map() }),
};

/** Counts, and watches the count. */
export const counting: Actor = {
  name: 'counter',
  start(stage) {
    const all = stage.get(facts);
    const { add, value$ } = counter(stage.zk, '/count');
    stage.every(stage.pick([100, 700]), () => {
      const amount = stage.between(1, 3);
      const told = (sum: number) => {
        if (all.sums.has(sum)) stage.violated('no two additions have one sum', String(sum));
        all.sums.add(sum);
      };
      all.additions.push({ amount, deed: request(stage, `an addition of ${amount}`, add(amount), told) });
    });
    const own: { value: number | undefined; stale: boolean } = { value: undefined, stale: true };
    all.seen.add(own);
    again(stage, () => value$, {
      next: ({ value, stale }) => {
        if (
          own.value !== undefined &&
          value !== undefined &&
          value < own.value &&
          !stage.world.lostData &&
          !refused(stage.world, '/count')
        )
          stage.violated('a count that only grows is not seen to shrink', `${own.value}, ${value}`);
        Object.assign(own, { value, stale });
      },
    });
    atEndOfLife(stage, () => all.seen.delete(own));
  },
};

/** Puts ids into a list that many change; by `update`, and by a typed node with the version that was read. */
export const lister: Actor = {
  name: 'lister',
  start(stage) {
    const all = stage.get(facts);
    const { zk } = stage;
    const list = typedNode(zk, '/list', json<readonly number[]>());
    const own = { known: undefined as { readonly value: readonly number[]; readonly version: number } | undefined };
    again(stage, () => list.value$, {
      next: (shown) =>
        void (own.known = shown.kind === 'present' ? { value: shown.value, version: shown.stat.version } : undefined),
    });
    stage.every(stage.pick([200, 900]), () => {
      const id = all.ids.length;
      const change = (old: readonly number[] = []) => [...old, id];
      const { known } = own;
      const act = stage.between(0, 2);
      const told = ({ stat }: Pick<Updated<unknown>, 'stat'>) => stat && once(stat.version, `id ${id}`);
      const once = (version: number, what: string) => {
        const other = all.versions.get(version);
        if (other !== undefined) stage.violated('no two writes have one version', `${what} and ${other}: ${version}`);
        all.versions.set(version, what);
      };
      if (act === 2 && known !== undefined)
        all.ids.push(
          request(stage, `id ${id}`, list.set([...known.value, id], { version: known.version }), (stat) =>
            told({ stat })
          )
        );
      else if (act === 1) all.ids.push(request(stage, `id ${id}`, list.update(change), told));
      else
        all.ids.push(
          request(stage, `id ${id}`, update(zk, '/list', change, { codec: json<readonly number[]>() }), told)
        );
    });
  },
};

function miscounted(world: SimulatedWorld): string | undefined {
  const { additions, seen } = world.get(facts);
  if (additions.length === 0) return undefined;
  const sum = (fates: readonly string[]) =>
    additions.reduce((total, { amount, deed }) => (fates.includes(deed.fate) ? total + amount : total), 0);
  const [done, doubtful] = [sum(['done']), sum(['unknown', 'left'])];
  const count = Number(world.server.tree('/count').get('/count')?.data ?? 0);
  if (count < done || count > done + doubtful)
    return `${count}, where ${done} were acknowledged and ${doubtful} are in doubt`;
  const odd = [...seen].find(({ value, stale }) => value !== count || stale);
  return odd === undefined || refused(world, '/count')
    ? undefined
    : `${String(odd.value)}${odd.stale ? ', stale,' : ''} is shown, and not ${count}`;
}

function mislisted(world: SimulatedWorld): string | undefined {
  const { ids } = world.get(facts);
  const listed = JSON.parse(String(world.server.tree('/list').get('/list')?.data ?? '[]')) as number[];
  const twice = listed.find((id, i) => listed.indexOf(id) < i);
  if (twice !== undefined) return `${twice} is there twice`;
  const lost = ids.findIndex(({ fate }, id) => fate === 'done' && !listed.includes(id));
  if (lost >= 0) return `${lost} was acknowledged, and is not there`;
  const undone = ids.findIndex(({ fate }, id) => fate === 'none' && listed.includes(id));
  return undone >= 0 ? `${undone} was said not to be there, and is` : undefined;
}

export const countsAreRight: Law = { name: 'counts are between the acknowledged and the doubtful', after: miscounted };
export const listsAreRight: Law = { name: 'what was changed is there once', after: mislisted };
