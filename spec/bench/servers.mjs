// What the contenders talk to: a real ZooKeeper, and the canned responder. Both are processes of their own.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const CLASS_PATH = [
  'zookeeper',
  'zookeeper-jute',
  'slf4j-simple',
  'netty-codec',
  'netty-resolver',
  'netty-transport-native-unix-common',
]
  .map((jar) => `/usr/share/java/${jar}.jar`)
  .join(':');
const STARTS_WITHIN = 20_000;

export async function startCanned() {
  const child = fork(fileURLToPath(new URL('canned.mjs', import.meta.url)));
  const { port } = await new Promise((done, failed) => child.once('message', done).once('error', failed));
  return { port, stop: () => child.disconnect() };
}

/** The same as the tests' servers, with room for 100,000 nodes and watches. */
export async function startZooKeeper() {
  const directory = mkdtempSync(`${tmpdir()}/bench-zookeeper-`);
  const port = await freePort();
  const config = {
    tickTime: 2000,
    maxSessionTimeout: 60_000,
    dataDir: `${directory}/data`,
    clientPort: port,
    clientPortAddress: '127.0.0.1',
    maxClientCnxns: 0,
    preAllocSize: 65_536,
    snapCount: 10_000_000,
    'admin.enableServer': false,
    '4lw.commands.whitelist': '*',
  };
  writeFileSync(
    `${directory}/zoo.cfg`,
    Object.entries(config)
      .map(([key, value]) => `${key}=${value}\n`)
      .join('')
  );
  const properties = [
    'zookeeper.jmx.log4j.disable=true',
    'zookeeper.extendedTypesEnabled=true',
    'zookeeper.forceSync=no',
    'org.slf4j.simpleLogger.defaultLogLevel=error',
    'jute.maxbuffer=8388608',
  ];
  const child = spawn(
    'java',
    [
      '-Xmx1g',
      '-XX:+UseSerialGC',
      '-Xshare:auto',
      '-cp',
      CLASS_PATH,
      ...properties.map((property) => `-D${property}`),
      'org.apache.zookeeper.server.quorum.QuorumPeerMain',
      `${directory}/zoo.cfg`,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] }
  );
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', stop);
  const deadline = Date.now() + STARTS_WITHIN;
  let version;
  while ((version = /version: ([\d.]+)/.exec(await word(port, 'srvr'))?.[1]) === undefined) {
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error('ZooKeeper does not start; it needs java, and the jars of the package libzookeeper-java');
    await new Promise((done) => setTimeout(done, 200));
  }
  return { port, version, stop };
}

function word(port, text) {
  return new Promise((done) => {
    let answer = '';
    connect(port, '127.0.0.1')
      .on('data', (chunk) => (answer += chunk))
      .on('error', () => done(''))
      .on('close', () => done(answer))
      .write(text);
  });
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
