import {
  embeddedArakoon,
  embeddedEtcdV2,
  embeddedZooKeeper,
  inMemory,
  realEtcd,
  realEtcdV2,
  realEtcdV2OverV3,
  realZooKeeper,
} from '../helpers/cellStores.js';
import { etcdHasV2 } from '../helpers/etcdUnderTest.js';
import { cellLaws } from './laws.js';

const ALL = ['transact', 'watch', 'watchPrefix', 'announce'] as const;
const WATCHED = ['watch', 'watchPrefix'] as const;

cellLaws('the memory of this process', ['transact', ...WATCHED], inMemory);
cellLaws('the embedded ZooKeeper', ALL, embeddedZooKeeper);
cellLaws('ZooKeeper 3.8.0', ALL, realZooKeeper);
cellLaws('the embedded Arakoon', ['transact', 'poll'], embeddedArakoon);
cellLaws('etcd 3.4', ALL, realEtcd);
cellLaws('the v2 API of the embedded etcd', WATCHED, embeddedEtcdV2);
if (etcdHasV2) cellLaws('the v2 API of etcd 3.4', WATCHED, realEtcdV2);
cellLaws('the methods of v2 over version 3 of etcd 3.4', WATCHED, realEtcdV2OverV3);
