import { afterAll, beforeAll } from '@jest/globals';
import { type Etcd, type OpenOptions, open } from '../../lib/etcd/index.js';
import { type EtcdOptions, type RealEtcdCluster, startRealEtcd } from './realEtcd.js';

/**
 * Starts a real etcd and a client of it before the tests of this block, and ends both after them.
 *
 * @param use is given them before the first test
 */
export function withRealEtcd(
  { transport, ...options }: EtcdOptions & Pick<OpenOptions, 'transport'>,
  use: (etcd: Etcd, cluster: RealEtcdCluster) => void
): void {
  let cluster: RealEtcdCluster | undefined;
  let etcd: Etcd | undefined;
  beforeAll(async () => {
    cluster = await startRealEtcd(options);
    etcd = await open(cluster.endpoints, transport === undefined ? {} : { transport });
    use(etcd, cluster);
  });
  afterAll(async () => {
    await etcd?.close();
    await cluster?.stop();
  });
}
