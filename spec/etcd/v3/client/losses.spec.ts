import { describe, expect, it } from '@jest/globals';
import { concatMap, range } from 'rxjs';
import { utf8 } from '../../../../lib/core/codecs.js';
import type { Etcd } from '../../../../lib/etcd/v3/client/etcd.js';
import { connect } from '../../../../lib/etcd/v3/connect.js';
import { etcdInMemory } from '../../../../lib/testing/index.js';
import { seededRandom } from '../../../../lib/testing/proxy/seededRandom.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

const CUTS = 3000;
/** Revisions that a watcher hears of at a time while it catches up. */
const BATCH = 20;

/** A client of an embedded cluster, in virtual time, over lines on which every message takes 3 ms. */
function ground(seed: number) {
  const time = new VirtualTime();
  const random = seededRandom(seed);
  const server = etcdInMemory({ scheduler: time, members: ['a', 'b', 'c'], watchBatch: BATCH });
  const transport = server.transport({ latency: 3 });
  const open = () => {
    let client!: Etcd;
    const options = { transport, scheduler: time, random, backoff: { min: 1, max: 20 } };
    const subscription = connect(server.endpoints, options).subscribe((etcd) => (client = etcd));
    return { etcd: client.with({ value: utf8 }), close: () => subscription.unsubscribe() };
  };
  return { time, random, server, open };
}

describe.each([1, 2, 3])(`a watcher whose line is cut ${CUTS} times while it catches up (seed %i)`, (seed) => {
  it('hears of every change once, in order', () => {
    const { time, random, server, open } = ground(seed);
    const { etcd, close } = open();
    let written = 0;
    const write = (count: number) => {
      let last = 0;
      range(0, count)
        .pipe(concatMap(() => etcd.put('k', String(++written))))
        .subscribe(({ revision }) => (last = revision));
      time.advance(count * 10 + 100);
      return last;
    };
    const last = write(200);
    const first = last - 199;
    const seen: number[] = [];
    let cuts = 0;
    while (cuts < CUTS) {
      const begun = seen.length;
      const events = etcd.events('k', { from: first }).subscribe(({ revision }) => seen.push(revision));
      for (let i = 0; i < 100 && cuts < CUTS && seen.length - begun < 200; i++) {
        time.advance(1 + Math.floor(random() * 150));
        server.drop();
        cuts++;
      }
      time.advance(10_000);
      events.unsubscribe();
      expect(seen.slice(begun)).toEqual(Array.from({ length: 200 }, (_, i) => first + i));
    }
    close();
  });
});
