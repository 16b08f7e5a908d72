import { readdirSync } from 'node:fs';

const INSTALLED = '/usr/share/java';
const JARS = ['zookeeper', 'zookeeper-jute', 'slf4j-simple'];
/** What Debian's manifest of zookeeper.jar forgets. */
const NETTY_JARS = ['netty-codec', 'netty-resolver', 'netty-transport-native-unix-common'];

const path = process.env['ZOOKEEPER_UNDER_TEST'];

/** The jars of the ZooKeeper that specs start. `npm run test:matrix` names others than the installed ones. */
export const zookeeperClassPath = path ?? [...JARS, ...NETTY_JARS].map((jar) => `${INSTALLED}/${jar}.jar`).join(':');

/** Its version, as in `3.8.0`. */
export const zookeeperVersion = (path?.split(/[/:]/) ?? readdirSync(INSTALLED))
  .map((name) => /^zookeeper-(\d+\.\d+\.\d+)\.jar$/.exec(name)?.[1])
  .find((version) => version !== undefined)!;

/** Whether it is of a minor version of 3, or of a later one. */
export const zookeeperIsFrom = (minor: number): boolean => Number(zookeeperVersion.split('.')[1]) >= minor;
