// This client of etcd, and npm's etcd3, against a real etcd.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const STARTS_WITHIN = 20_000;

export const etcdTitles = {
  'etcd-get1': 'etcd: get, 1 outstanding',
  'etcd-get256': 'etcd: get, 256 outstanding',
  'etcd-put1': 'etcd: put of 100 bytes, 1 outstanding',
  'etcd-put256': 'etcd: put of 100 bytes, 256 outstanding',
  'etcd-txn64': 'etcd: transaction of a compare and a put, 64 outstanding',
  'etcd-lease64': 'etcd: grant and revoke a lease, 64 outstanding',
  'etcd-watch64': 'etcd: put and see it in a watch, 64 outstanding',
};

/** Returns rows as the other workloads have them. `run` runs a script in a process of its own. */
export async function etcd({ build, peers, rounds, window, run, middle, only }) {
  const server = await startEtcd();
  const rows = new Map();
  try {
    for (const name of Object.keys(etcdTitles)) {
      if (only !== undefined && !only.includes(name) && !only.includes('etcd')) continue;
      const [, verb, lanes] = /-([a-z]+)(\d+)$/.exec(name);
      const contenders = ['ours', ...(verb === 'get' && lanes > 1 ? ['ours uncoalesced'] : []), 'etcd3'];
      const results = new Map(contenders.map((contender) => [contender, []]));
      for (let round = 0; round < rounds; round++) {
        for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
          const context = { build, peers, port: server.port, window, contender, verb, lanes: Number(lanes) };
          try {
            const printed = await run([here('etcdWorker.mjs'), JSON.stringify(context)]);
            results.get(contender).push(JSON.parse(/RESULT (.*)/.exec(printed)[1]));
          } catch (error) {
            console.error(`${name}, ${contender}: ${String(error.message ?? error).slice(0, 300)}`);
          }
        }
      }
      const measured = [...results].filter(([, list]) => list.length > 0);
      rows.set(name, new Map(measured.map(([contender, list]) => [contender, middle(list)])));
    }
  } finally {
    server.stop();
  }
  return rows;
}

async function startEtcd() {
  const directory = mkdtempSync(`${tmpdir()}/bench-etcd-`);
  const [port, peer] = [await freePort(), await freePort()];
  const [client, peers] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peer}`];
  const child = spawn(
    'etcd',
    [
      ...['--name', 'solo', '--data-dir', `${directory}/data`, '--log-level', 'error'],
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peers, '--initial-advertise-peer-urls', peers, '--initial-cluster', `solo=${peers}`],
    ],
    { stdio: 'ignore' }
  );
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  process.once('exit', stop);
  const deadline = Date.now() + STARTS_WITHIN;
  while (!(await healthy(port))) {
    if (Date.now() > deadline || child.exitCode !== null)
      throw new Error('etcd does not start; it is in the package etcd-server');
    await sleep(100);
  }
  return { port, stop };
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
  return new Promise((done, failed) => {
    const probe = createServer().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}
