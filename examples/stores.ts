/**
 * A configuration as a value that is there to be read: the node as a live value, a part of it, and a store as React
 * takes it, here without React. Prints what a user interface would show. Ten writes at once are few renderings.
 * Try: cut the connection while it runs (`stale` becomes true, and the colour stays); a component of a framework
 * (docs/ui-stores.md).
 */
import { json, open } from 'quorum-rx';
import { deepEqual, live, markStale, toExternalStore } from 'quorum-rx/store';
import { filter, firstValueFrom, lastValueFrom, merge } from 'rxjs';

interface Theme {
  readonly colour: string;
  readonly size: number;
}

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const NODE = '/examples/stores';
const WRITES = 10;
const codec = json<Theme>();

const zk = await open(SERVERS);
if ((await firstValueFrom(zk.exists(NODE))) === null)
  await firstValueFrom(zk.create(NODE, { colour: 'red', size: 0 }, { codec, parents: true }));
await firstValueFrom(zk.set(NODE, { colour: 'red', size: 0 }, { codec }));

const node = live(zk.watch(NODE, { codec }), undefined, {
  equal: deepEqual,
  idle: markStale,
});
const colour = node.select((now) => now?.value?.colour);
const view = node.select((now) => ({ theme: now?.value, stale: now?.stale ?? true }), deepEqual);

// what a framework does: it reads, is told, and reads again
const store = toExternalStore(view);
let renderings = 0;
const render = () => console.log(`rendering ${++renderings}:`, JSON.stringify(store.getSnapshot()));
render(); // nothing is known yet
const stop = store.subscribe(render);

const colours: (string | undefined)[] = [];
const watching = colour.subscribe((now) => colours.push(now));
await firstValueFrom(colour.pipe(filter((now) => now === 'red')));

const writes = Array.from({ length: WRITES }, (_, i) =>
  zk.set(NODE, { colour: i + 1 < WRITES ? 'red' : 'blue', size: i + 1 }, { codec })
);
await lastValueFrom(merge(...writes)); // all are sent at once
await firstValueFrom(colour.pipe(filter((now) => now === 'blue')));
console.log('colours, whatever became of the size:', colours);

stop();
watching.unsubscribe();
await new Promise((done) => setTimeout(done, 10)); // the source is left at the end of the turn
const { stale } = view.value;
console.log('after all have left:', JSON.stringify(view.value));

await firstValueFrom(zk.delete(NODE));
await zk.close();
if (!stale || colours.join() !== ',red,blue') process.exitCode = 1;
