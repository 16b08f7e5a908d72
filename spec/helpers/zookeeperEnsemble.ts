import { mkdirSync, writeFileSync } from 'node:fs';
import { freePorts } from './freePorts.js';
import { RealServer } from './realServer.js';
import { waitFor } from './waitFor.js';
import { commonConfig, type ServerOptions, writeConfig } from './zookeeperConfig.js';
import { portWasTaken, serverDirectory, serves } from './zookeeperServer.js';

export interface EnsembleOptions extends ServerOptions {
  /** Sessions that only their server knows, until they need more; off. Without them nobody gets a read-only session. */
  readonly localSessions?: boolean;
}

export type Role = 'participant' | 'observer';

const ATTEMPTS = 5;

/**
 * Starts an ensemble, with reconfiguration and read-only mode. Resolves when all its servers serve.
 *
 * The others take a frozen leader for dead after `syncLimit` ticks: 4 s, unless `config` says otherwise.
 */
export async function startEnsemble(size = 3, options: EnsembleOptions = {}): Promise<Ensemble> {
  for (let attempt = 1; ; attempt++) {
    const ensemble = new Ensemble(options);
    try {
      await ensemble.start(size);
      return ensemble;
    } catch (reason) {
      const taken = ensemble.servers.some((server) => portWasTaken(server.log()));
      await ensemble.stop();
      if (!taken || attempt === ATTEMPTS) throw reason;
    }
  }
}

/** Real servers that agree. They are told apart by their index in `servers`; the id of a server is one more. */
export class Ensemble implements AsyncDisposable {
  readonly servers: RealServer[] = [];
  readonly #lines: string[] = [];
  readonly #options: EnsembleOptions;

  /** Use {@link startEnsemble}. */
  constructor(options: EnsembleOptions) {
    this.#options = options;
  }

  get connectString(): string {
    return this.servers.map((server) => server.connectString).join();
  }

  /** Done by {@link startEnsemble}. */
  async start(size: number): Promise<void> {
    const ports = await freePorts(size * 4);
    for (let index = 0; index < size; index++) this.#prepare(ports.splice(0, 4), 'participant');
    for (const server of this.servers) this.#configure(server);
    await Promise.all(this.servers.map((server) => server.start()));
    await this.waitForQuorum();
    await Promise.all(this.servers.map(serving));
  }

  /**
   * Starts one more server, which follows without a vote. What makes it a member is a reconfiguration: `joining` with
   * {@link member} of its index.
   */
  async add(role: Role = 'observer'): Promise<RealServer> {
    const server = this.#prepare(await freePorts(4), role);
    this.#configure(server);
    await server.start();
    await serving(server);
    return server;
  }

  /** How a configuration names a server: `server.1=127.0.0.1:…`. */
  member(index: number): string {
    const line = this.#lines[index];
    if (line === undefined) throw new Error(`there is no server ${index}`);
    return line;
  }

  /** The index of the leader, which is waited for. One that was thawed and has not heard of its successor is none. */
  leader(): Promise<number> {
    return waitFor(() => this.#leader(), { what: 'a leader' }).then(([index]) => index);
  }

  /** The indices of those that follow, now. */
  async followers(): Promise<number[]> {
    const modes = await Promise.all(this.servers.map((server) => server.mode()));
    return modes.flatMap((mode, index) => (mode === 'follower' ? [index] : []));
  }

  /** Resolves when there is a leader that most have joined: writes succeed. */
  async waitForQuorum(): Promise<void> {
    await this.leader();
  }

  /** Ends all servers at once, and removes all that they had. */
  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** In an array, for 0 is falsy. */
  async #leader(): Promise<[number] | undefined> {
    const epochs = await Promise.all(this.servers.map(leadingEpoch));
    const newest = Math.max(...epochs);
    return newest < 0 ? undefined : [epochs.indexOf(newest)];
  }

  #prepare(ports: readonly number[], role: Role): RealServer {
    const [port, quorumPort, electionPort, tlsPort] = ports as [number, number, number, number];
    const securePort = this.#options.tls && tlsPort;
    const properties = {
      'readonlymode.enabled': 'true',
      'zookeeper.fastleader.maxNotificationInterval': '1000', // 60 s, for one that was alone for long
      ...this.#options.properties,
    };
    const place = { port, securePort, directory: serverDirectory() };
    const listens = async (it: RealServer) => (await it.command('ruok')) === 'imok';
    const server = new RealServer(place, { ...this.#options, properties }, listens);
    this.servers.push(server);
    this.#lines.push(`server.${this.servers.length}=127.0.0.1:${quorumPort}:${electionPort}:${role};127.0.0.1:${port}`);
    return server;
  }

  #configure({ directory, securePort }: RealServer): void {
    const id = this.servers.findIndex((server) => server.directory === directory) + 1;
    const { localSessions = false, config } = this.#options;
    mkdirSync(`${directory}/data`);
    writeFileSync(`${directory}/data/myid`, `${id}\n`);
    writeFileSync(`${directory}/zoo.cfg.dynamic`, this.#lines.join('\n'));
    writeConfig(`${directory}/zoo.cfg`, {
      ...commonConfig(directory, this.#options, securePort),
      initLimit: '20',
      syncLimit: '8',
      dynamicConfigFile: `${directory}/zoo.cfg.dynamic`,
      reconfigEnabled: 'true',
      standaloneEnabled: 'false',
      ...(localSessions ? { localSessionsEnabled: 'true', localSessionsUpgradingEnabled: 'true' } : {}),
      ...config,
    });
  }
}

/** Resolves when a server has joined a quorum. */
async function serving(server: RealServer): Promise<void> {
  const joined = async () => /^(leader|follower|observer)$/.test((await server.mode()) ?? '') && serves(server);
  await waitFor(joined, { what: `the server on port ${server.port} in a quorum` });
}

/** The epoch that a server leads, or -1. */
async function leadingEpoch(server: RealServer): Promise<number> {
  if (!server.running || server.frozen) return -1;
  const answer = await server.command('srvr', 1_000).catch(() => '');
  if (!/^Mode: leader$/m.test(answer)) return -1;
  const zxid = BigInt(/^Zxid: (0x[0-9a-f]+)$/m.exec(answer)?.[1] ?? 0);
  return Number(zxid >> 32n);
}
