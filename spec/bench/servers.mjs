// What the contenders talk to: a real ZooKeeper, a real etcd, and the canned responder. All are processes of their own.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The jars of Debian: the server, and Apache's client for Java. */
export const CLASS_PATH = [
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
export async function startZooKeeper({ heap = '1g' } = {}) {
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
      `-Xmx${heap}`,
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
  const ask = async () => /version: ([\d.]+)/.exec(await word(port, 'srvr'))?.[1];
  const missing = 'ZooKeeper does not start; it needs java, and the jars of the package libzookeeper-java';
  const { answer, stop } = await started(child, directory, ask, missing);
  return { port, version: answer, stop };
}

export async function startEtcd(args = []) {
  const directory = mkdtempSync(`${tmpdir()}/bench-etcd-`);
  const [port, peer] = [await freePort(), await freePort()];
  const [client, peers] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peer}`];
  const child = spawn(
    'etcd',
    [
      ...['--name', 'solo', '--data-dir', `${directory}/data`, '--log-level', 'error'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `solo=${peers}`],
      ...args,
    ],
    { stdio: 'ignore' }
  );
  const missing = 'etcd does not start; it is in the package etcd-server';
  const { stop } = await started(child, directory, () => healthy(port), missing);
  return { port, stop };
}

/** Waits until `ask` has an answer. The server and its directory end with `stop`, or with this process. */
async function started(child, directory, ask, missing) {
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', stop);
  const deadline = Date.now() + STARTS_WITHIN;
  let answer;
  while (!(answer = await ask())) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error(missing);
    await sleep(100);
  }
  return { answer, stop };
}

function word(port, text) {
  return new Promise((done) => {
    let answer = '';
    connect(port, '127.0.0.1')
      .on('data', (chunk) => (answer += chunk))
      .on('error', () => done(''))
      .on('close', () => done(answer))
      .setTimeout(1000, function () {
        this.destroy(); // a server that is about to serve may forget the question
      })
      .write(text);
  });
}

function healthy(port) {
  return new Promise((done) => {
    const asked = request({ host: '127.0.0.1', port, path: '/health', timeout: 1000 }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => done(/"health":\s*"true"/.test(text)));
    });
    asked.on('error', () => done(false));
    asked.end();
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
