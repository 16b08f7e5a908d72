import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { etcdHasV2, etcdProgram } from './etcdUnderTest.js';
import { freePorts } from './freePorts.js';
import { GuardedProcess } from './guardedProcess.js';
import { waitFor } from './waitFor.js';

const ATTEMPTS = 5;

export interface EtcdOptions {
  /** How many servers. Default 1. */
  readonly members?: number;
  /** More arguments of `etcd`, for each server. */
  readonly args?: readonly string[];
  /** Gives the port at which the other members find a member, instead of its own: that of a proxy. */
  readonly peerPort?: (port: number) => Promise<number>;
}

/** A real etcd server: a child process, alone or as a member of a cluster. */
export class RealEtcd {
  readonly host = '127.0.0.1';
  readonly name: string;
  readonly port: number;
  readonly #directory: string;
  readonly #command: readonly string[];
  #process: GuardedProcess | undefined;

  constructor(name: string, port: number, directory: string, command: readonly string[]) {
    this.name = name;
    this.port = port;
    this.#directory = directory;
    this.#command = command;
  }

  get endpoint(): string {
    return `${this.host}:${this.port}`;
  }

  get running(): boolean {
    return this.#process?.running ?? false;
  }

  /** Starts it, again with the same ports and data. It serves when there is a quorum. */
  start(): void {
    if (!this.running) this.#process = new GuardedProcess(this.#directory, this.#command);
  }

  /** Ends it as crashes do, or with another signal. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#process?.end(signal);
  }

  /** It stops dead, with its connections open. */
  freeze(): void {
    this.#process?.freeze();
  }

  thaw(): void {
    this.#process?.signal('SIGCONT');
  }

  log(): string {
    return readFileSync(`${this.#directory}/log`, 'utf8');
  }

  /** Whether it can read and write. */
  healthy(): Promise<boolean> {
    return new Promise((resolve) => {
      const asked = request({ host: this.host, port: this.port, path: '/health', timeout: 2000 }, (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.on('end', () => resolve(/"health":\s*"true"/.test(text)));
      });
      asked.on('error', () => resolve(false));
      asked.on('timeout', () => asked.destroy());
      asked.end();
    });
  }
}

/** Real etcd servers that are one cluster. */
export class RealEtcdCluster implements AsyncDisposable {
  readonly members: readonly RealEtcd[];
  readonly directory: string;

  constructor(members: readonly RealEtcd[], directory: string) {
    this.members = members;
    this.directory = directory;
  }

  /** `host:port` of each member, with commas between. */
  get endpoints(): string {
    return this.members.map(({ endpoint }) => endpoint).join();
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill('SIGKILL')));
    rmSync(this.directory, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Starts real etcd servers in a temporary folder, on free ports of 127.0.0.1. Resolves when all of them serve. */
export async function startRealEtcd(options: EtcdOptions = {}): Promise<RealEtcdCluster> {
  for (let attempt = 1; ; attempt++) {
    const cluster = await prepare(options);
    for (const member of cluster.members) member.start();
    try {
      await waitFor(
        async () => {
          const states = await Promise.all(
            cluster.members.map(async (member) => !member.running || (await member.healthy()))
          );
          return states.every(Boolean);
        },
        { what: 'a healthy etcd' }
      );
      if (cluster.members.every(({ running }) => running)) return cluster;
      throw new Error(`etcd did not start:\n${cluster.members.map((member) => member.log().slice(-2000)).join('\n')}`);
    } catch (reason) {
      const taken = cluster.members.some((member) => /address already in use/.test(member.log()));
      await cluster.stop();
      if (!taken || attempt === ATTEMPTS) throw reason;
    }
  }
}

async function prepare({
  members = 1,
  args = [],
  peerPort = async (port) => port,
}: EtcdOptions): Promise<RealEtcdCluster> {
  const directory = mkdtempSync(join(tmpdir(), 'etcd-'));
  const ports = await freePorts(members * 2);
  const found = await Promise.all(ports.slice(members).map(peerPort));
  const peer = (i: number) => `http://127.0.0.1:${found[i]}`;
  const names = Array.from({ length: members }, (_, i) => `n${i + 1}`);
  const cluster = names.map((name, i) => `${name}=${peer(i)}`).join();
  const all = names.map((name, i) => {
    const own = mkdtempSync(`${directory}/${name}-`);
    const client = `http://127.0.0.1:${ports[i]}`;
    return new RealEtcd(name, ports[i]!, own, [
      ...[etcdProgram, '--name', name, '--data-dir', `${own}/data`, '--log-level', 'warn'],
      ...(etcdHasV2 ? ['--enable-v2=true'] : []),
      ...['--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', `http://127.0.0.1:${ports[members + i]}`, '--initial-advertise-peer-urls', peer(i)],
      ...['--initial-cluster', cluster, '--initial-cluster-token', directory, '--initial-cluster-state', 'new'],
      ...args,
    ]);
  });
  return new RealEtcdCluster(all, directory);
}
