import config from './jest.config.js';

/** Specs that start a server, a browser, a compiler or another program, and those that try thousands of cases. */
const SLOW = [
  'spec/(consumer|dashboard|differential|frameworks|integration|simulator|soak)/',
  'spec/(docs|doors|examples|pages|secrets)\\.spec',
  'spec/arakoon/(failover|tls)\\.spec',
  'spec/bridge/(bridgeLaws|toNodeListener)\\.spec',
  'spec/cli/(demo|hive|main|recording|repl|serving|verbs)\\.spec',
  'spec/helpers/harness\\.spec',
  'spec/lease/.*Marbles\\.spec',
  'spec/testing/(interop|secure)\\.spec',
  'spec/testing/.*/(simulate|randomFaults|proxyLane)\\.spec',
  'spec/zookeeper/recipes/.*/(delayedItems|doubleBarrierLaws|lateProof|multiLock|safety|setPartitioner)\\.spec',
  'spec/zookeeper/session/signsOfLife\\.spec',
  'spec/zookeeper/watch/(.*Laws|deepTrees|refusals)\\.spec',
];

/** @type {import('jest').Config} */
export default { ...config, testPathIgnorePatterns: SLOW.map((path) => `<rootDir>/${path}`) };
