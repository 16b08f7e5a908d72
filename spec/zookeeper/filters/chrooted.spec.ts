import { expect, it } from '@jest/globals';
import { EMPTY } from 'rxjs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { json } from '../../../lib/index.js';
import { chrooted } from '../../../lib/zookeeper/filters/chrooted.js';
import { getDecoded } from '../../../lib/zookeeper/filters/getDecoded.js';
import type { AnyOp } from '../../../lib/zookeeper/protocol/op.js';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('a chrooted client keeps nothing of codecs that are gone, and one operation for each that lasts', async () => {
  const seen = new Set<AnyOp>();
  const kept: WeakRef<AnyOp>[] = [];
  const exchange = chrooted('/app')((op: AnyOp) => (kept.push(new WeakRef(op)), EMPTY));
  const lasting = json();
  const keep = chrooted('/app')((op: AnyOp) => (seen.add(op), EMPTY));
  for (let i = 0; i < 1000; i++) {
    void exchange(getDecoded(json()), '/a');
    void keep(getDecoded(lasting), '/a');
    void keep(getData, '/a');
  }
  expect(seen.size).toBe(2);
  for (let i = 0; i < 10; i++) {
    await new Promise((resolve) => void setImmediate(resolve));
    collect();
  }
  expect(kept.filter((each) => each.deref() !== undefined).length).toBeLessThan(100);
});
