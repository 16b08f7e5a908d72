import { CACHE } from './folders.mjs';
import { classPath } from './javaProgram.mjs';
import { runSpecs, specsWith } from './specs.mjs';

const GROUP = 'org.apache.zookeeper';
/** Used by the server at run time, but not named among its dependencies. */
const UNNAMED = ['io.dropwizard.metrics:metrics-core:4.2.30', 'org.xerial.snappy:snappy-java:1.1.10.7'];
/** For the AdminServer, as in the archives of Apache: the dependencies of the jars leave them out. */
const ADMIN_SERVER = [
  ...['server', 'servlet'].map((part) => `org.eclipse.jetty:jetty-${part}:9.4.57.v20241219`),
  'com.fasterxml.jackson.core:jackson-databind:2.15.2',
];
/** The log of the specs' servers. */
const LOG = 'org.slf4j:slf4j-simple:1.7.36';
/** Other loggers, which would come before it. */
const LOGGERS = /\/(logback-(classic|core)|slf4j-(log4j12|reload4j))-[^/]*\.jar$/;
/** All that a server of 3.4 needs. Its other dependencies are for tests, and one of them is not served. */
const OLD = ['log4j:log4j:1.2.17', 'io.netty:netty:3.10.6.Final'];
/** Specs that need settings of 3.5: of TLS, of demanded logins, and of the members of an ensemble. */
const NOT_OLD = /\/(tls|sasl|ensemble)\.spec\.ts$/;
/** The registry has the jars of a version, but not its parent. The dependencies are those of the version before. */
const DEPENDENCIES_OF = { '3.8.7': '3.8.6' };

/**
 * The integration specs, with other versions of ZooKeeper.
 *
 * @param {readonly string[]} versions
 * @returns {import('./outcome.mjs').Row[]}
 */
export function zookeeperServers(versions) {
  return versions.map((version) => ({
    part: 'ZooKeeper servers',
    name: `ZooKeeper ${version}`,
    async run() {
      const paths = specsWith(/\bhelpers\/zookeeper(Server|Ensemble)\b/);
      return runSpecs(
        paths.filter((path) => path.startsWith('spec/integration/') && !(isOld(version) && NOT_OLD.test(path))),
        { ZOOKEEPER_UNDER_TEST: await serverJars(version) }
      );
    },
  }));
}

const isOld = (version) => version.startsWith('3.4.');

/** The class path of a server. Jars that come alone stand before the others of their name, so they are taken. */
async function serverJars(version) {
  const server = (name, of = version) => `${GROUP}:${name}:${of}`;
  const folder = `${CACHE}/zookeeper-${version}`;
  const other = DEPENDENCIES_OF[version];
  const path = isOld(version)
    ? classPath(folder, [...OLD, LOG], [server('zookeeper')])
    : classPath(
        folder,
        [server('zookeeper', other), ...UNNAMED, ...ADMIN_SERVER, LOG],
        other === undefined ? [] : [server('zookeeper'), server('zookeeper-jute')]
      );
  const jars = (await path).split(':').filter((jar) => !LOGGERS.test(jar));
  return jars.join(':');
}
