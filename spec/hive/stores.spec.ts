import {
  embeddedArakoon,
  embeddedEtcd,
  embeddedEtcdV2,
  embeddedZooKeeper,
  inMemory,
  realEtcd,
  realEtcdV2,
  realZooKeeper,
} from '../helpers/cellStores.js';
import { etcdHasV2 } from '../helpers/etcdUnderTest.js';
import { hiveLaws } from './laws.js';

hiveLaws('memory', inMemory);
hiveLaws('the embedded ZooKeeper', embeddedZooKeeper);
hiveLaws('the embedded etcd', embeddedEtcd);
hiveLaws('the embedded etcd, by its v2 API', embeddedEtcdV2);
hiveLaws('the embedded Arakoon', embeddedArakoon);
hiveLaws('ZooKeeper 3.8.0', realZooKeeper);
hiveLaws('etcd 3.4', realEtcd);
if (etcdHasV2) hiveLaws('etcd 3.4, by its v2 API', realEtcdV2);
