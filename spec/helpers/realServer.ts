import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { fourLetterWord } from './fourLetterWord.js';
import { GuardedProcess } from './guardedProcess.js';
import { waitFor } from './waitFor.js';
import { serverCommand, type ServerOptions } from './zookeeperConfig.js';

/** Where a server listens and keeps its files. */
export interface Place {
  readonly port: number;
  readonly securePort?: number | undefined;
  /** Holds `zoo.cfg`, `data` and `log`. */
  readonly directory: string;
}

/** A real ZooKeeper server: a child process, alone or as a node of an ensemble. */
export class RealServer implements AsyncDisposable {
  readonly host = '127.0.0.1';
  readonly port: number;
  /** Of TLS, when the server has it. */
  readonly securePort: number | undefined;
  readonly directory: string;
  readonly #options: ServerOptions;
  readonly #ready: (server: RealServer) => Promise<unknown>;
  #process: GuardedProcess | undefined;
  #frozen = false;

  /** @param ready whether it has started: truthy when so */
  constructor(place: Place, options: ServerOptions, ready: (server: RealServer) => Promise<unknown>) {
    this.port = place.port;
    this.securePort = place.securePort;
    this.directory = place.directory;
    this.#options = options;
    this.#ready = ready;
  }

  get connectString(): string {
    return `${this.host}:${this.port}`;
  }

  /** -1 when it was never started. */
  get pid(): number {
    return this.#process?.pid ?? -1;
  }

  /** Frozen is running too. */
  get running(): boolean {
    return this.#process?.running ?? false;
  }

  get frozen(): boolean {
    return this.#frozen && this.running;
  }

  /**
   * Starts it, again with the same ports and data. Resolves when it serves; a node of an ensemble, when it listens: it
   * serves when there is a quorum.
   */
  async start(): Promise<void> {
    if (this.running) return;
    this.#frozen = false;
    mkdirSync(`${this.directory}/data`, { recursive: true });
    const command = serverCommand(this.directory, this.#options);
    const child = new GuardedProcess(this.directory, command, { ...process.env, ...this.#options.env });
    this.#process = child;
    const isReady = async () => (await this.#ready(this)) && (await this.#listensSecurely());
    await waitFor(async () => !child.running || (await isReady())).catch((cause: unknown) => this.#fail(cause));
    if (!child.running) this.#fail();
  }

  /** Ends it as crashes do, or with another signal. Its data stay. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    await this.#process?.end(signal);
  }

  /** Ends it in good order, and removes all that it had. */
  async stop(): Promise<void> {
    await this.kill('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The port of TLS opens after the other one. */
  async #listensSecurely(): Promise<boolean> {
    if (this.securePort === undefined) return true;
    const socket = connect(this.securePort, this.host);
    const listens = await once(socket, 'connect').then(
      () => true,
      () => false
    );
    socket.destroy();
    return listens;
  }

  /** A crash, then a start. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** It stops dead, with its connections open and nobody told. */
  freeze(): void {
    this.#frozen = true;
    this.#process?.freeze();
  }

  thaw(): void {
    this.#frozen = false;
    this.#process?.signal('SIGCONT');
  }

  /** Loses all data, as with a new disk; in an ensemble it stays the same node. */
  wipe(): void {
    if (this.running) throw new Error(`the server on port ${this.port} is running: kill it first`);
    rmSync(`${this.directory}/data/version-2`, { recursive: true, force: true });
  }

  /** All that it has logged, over all its starts. */
  log(): string {
    return readFileSync(`${this.directory}/log`, 'utf8');
  }

  /** The answer to a four-letter word. */
  command(word: string, timeout?: number): Promise<string> {
    return fourLetterWord(this.port, word, timeout);
  }

  /** `standalone`, `leader`, `follower`, `observer` or `read-only`, as it says; `undefined` when it does not serve. */
  async mode(): Promise<string | undefined> {
    if (!this.running || this.frozen) return undefined;
    const answer = await this.command('srvr', 1_000).catch(() => '');
    return /^Mode: (.+)$/m.exec(answer)?.[1];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #fail(cause?: unknown): never {
    throw new Error(`the ZooKeeper server on port ${this.port} did not start:\n${this.log().slice(-4_000)}`, { cause });
  }
}
