import { afterAll, beforeAll } from '@jest/globals';
import { type EmbeddedEtcd, startEtcd } from '../../lib/testing/index.js';
import { dialEtcd } from './etcdCalls.js';
import { type RealEtcdCluster, startRealEtcd } from './realEtcd.js';

/** The calls of one connection. */
export type EtcdCalls = Awaited<ReturnType<typeof dialEtcd>>;

/** Starts a real etcd and the embedded one, and dials both, for the tests of this block: the real one is the first. */
export function dialBoth(): readonly EtcdCalls[] {
  const open: EtcdCalls[] = [];
  let real: RealEtcdCluster | undefined;
  let embedded: EmbeddedEtcd | undefined;
  beforeAll(async () => {
    [real, embedded] = await Promise.all([startRealEtcd(), startEtcd()]);
    for (const endpoint of [real.endpoints, ...embedded.endpoints]) open.push(await dialEtcd(endpoint));
  });
  afterAll(async () => {
    for (const calls of open) calls.close();
    await Promise.all([real?.stop(), embedded?.stop()]);
  });
  return open;
}
