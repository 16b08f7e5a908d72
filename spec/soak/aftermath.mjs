// What must be true of the tree when the faults are over, with a client that had none.
import { firstValueFrom, from, map, mergeMap, toArray } from 'rxjs';
import { waitFor } from './built.mjs';
import { wrongs } from './exclusion.mjs';
import { inFull } from './judge.mjs';
import { COUNTER, QUEUE, RECORDS, RESOURCES, WATCHED, contended, prepared, text, watchedNodes } from './places.mjs';

const PATIENCE = 30_000;
const AT_ONCE = 200;
const childrenOf = (zk, path) =>
  firstValueFrom(zk.getChildren(path, { read: 'sync' })).catch((error) =>
    error.code === 'NO_NODE' ? [] : Promise.reject(error)
  );

export async function prepare(zk) {
  for (const path of [...prepared, ...watchedNodes]) await firstValueFrom(zk.create(path));
}

/** Waits for what is to come about by itself; a violation, in the words of `told`, when it does not. */
async function awaited(judge, what, probe) {
  let told;
  await waitFor(async () => (told = await probe()) === undefined, { timeout: PATIENCE, interval: 100 }).catch(
    ({ cause }) => judge.violation(`${what}: ${told ?? cause}`)
  );
}

/** Everybody gets their turn again. */
export function goesOn(judge, since) {
  return awaited(judge, 'held by nobody new since the faults were over', () =>
    Object.keys(RESOURCES).find((resource) => judge.newestHolder(resource).first < since)
  );
}

export function drained(judge, zk) {
  return awaited(judge, 'the queue is not worked off', async () => {
    const left = await childrenOf(zk, `${QUEUE}/entries`);
    return left.length > 0 ? left.join() : undefined;
  });
}

/** No node of anybody who contended, worked or was there, while their sessions still stand. */
export function nobodyLeft(judge, zk) {
  return awaited(judge, 'left behind', async () => {
    const left = await Promise.all(
      contended.map(async (path) => (await childrenOf(zk, path)).map((name) => `${path}/${name}`))
    );
    return left.flat().length > 0 ? left.flat().join() : undefined;
  });
}

/** All watches show what is there. */
export async function watchesAgree(judge, zk, staff) {
  const truth = await Promise.all([
    ...watchedNodes.map(async (path) => [
      path,
      await firstValueFrom(zk.get(path, { read: 'sync' })).then(
        ({ value }) => text(value),
        () => null
      ),
    ]),
    childrenOf(zk, WATCHED).then((names) => [WATCHED, names.sort().join()]),
  ]);
  await awaited(judge, 'a watch does not show what is there', async () => {
    const all = await staff.ask('show');
    const wrong = all.flatMap(({ client, shown }) =>
      truth
        .filter(([path, value]) => shown[path]?.value !== value || shown[path].stale)
        .map(([path, value]) => ({ client, path, value, shown: shown[path] }))
    );
    return wrong.length > 0 ? inFull(wrong) : undefined;
  });
}

export async function countIsExact(judge, zk) {
  const { done, unsure } = judge.outcomes('add');
  const sum = Number(
    await firstValueFrom(zk.get(COUNTER, { read: 'sync' })).then(
      ({ value }) => text(value),
      () => 0
    )
  );
  if (sum < done.length || sum > done.length + unsure.length)
    judge.violation(`the counter is ${sum}, with ${done.length} additions acknowledged and ${unsure.length} in doubt`);
}

/**
 * All acknowledged writes of holders are there, and in the order in which they happened, no two could have held at
 * once.
 */
export async function writesAreInOrder(judge, zk) {
  for (const [resource, capacity] of Object.entries(RESOURCES)) {
    const folder = `${RECORDS}/${resource}`;
    const names = (await childrenOf(zk, folder)).sort(); // by their numbers, which count commits
    const records = await firstValueFrom(
      from(names).pipe(
        mergeMap(
          (name) => zk.get(`${folder}/${name}`).pipe(map(({ value }) => ({ name, ...JSON.parse(text(value)) }))),
          AT_ONCE
        ),
        toArray()
      )
    );
    records.sort((a, b) => (a.name < b.name ? -1 : 1));
    const spans = new Map();
    records.forEach(({ token, client, alone }, i) => {
      const span = spans.get(token) ?? { from: i, token: BigInt(token), client, alone };
      if (span.client !== client)
        judge.violation(`${resource}: ${client} and ${span.client} wrote with the same token ${token}`);
      spans.set(token, Object.assign(span, { until: i }));
    });
    for (const wrong of wrongs([...spans.values()], capacity))
      judge.violation(`${resource}, in the order of commits: ${inFull(wrong)}`);
    const found = new Map(records.map(({ name, client, token }) => [`${folder}/${name}`, `${client} with ${token}`]));
    for (const [path, writers] of judge.committed) {
      if (!path.startsWith(`${folder}/`)) continue;
      for (const writer of writers)
        if (found.get(path) !== writer)
          judge.violation(`an acknowledged write is lost: ${path} of ${writer}, where there is ${found.get(path)}`);
    }
  }
}

/** When all have gone, the servers know of no ephemeral, whoever made it. */
export function noEphemerals(judge, ensemble) {
  return awaited(judge, 'ephemerals of sessions that should be over', async () => {
    const dump = await ensemble.servers[await ensemble.leader()].command('dump');
    return /Sessions with Ephemerals \(0\)/.test(dump) ? undefined : dump;
  });
}
