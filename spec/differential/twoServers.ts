import { expect } from '@jest/globals';
import type { RealServer } from '../helpers/realServer.js';
import type { ServerOptions as RealOptions } from '../helpers/zookeeperConfig.js';
import { SUPER_PASSWORD } from '../helpers/zookeeperConfig.js';
import { startZooKeeper as startReal } from '../helpers/zookeeperServer.js';
import { digestOf } from '../../lib/testing/zookeeper/acl/identity.js';
import { Listener } from '../../lib/testing/host/listener.js';
import { ZooKeeperCore } from '../../lib/testing/zookeeper/zooKeeperCore.js';
import { waitFor } from '../helpers/waitFor.js';
import {
  type ZooKeeperServerOptions,
  zooKeeperServerSettings,
} from '../../lib/testing/zookeeper/zooKeeperServerOptions.js';
import { type Opening, Side, type Step } from './lockstep.js';
import type { Hello } from './rawClient.js';
import type { Asked } from './requests.js';

/** So that nothing is reaped in between, by one and not yet by the other. */
const NEVER = 3_600_000;

/** The real server and the embedded one, alike as far as options go, both with nothing in them. */
export class TwoServers implements AsyncDisposable {
  readonly real: RealServer;
  readonly core: ZooKeeperCore;
  readonly #listener: Listener;

  private constructor(real: RealServer, core: ZooKeeperCore, listener: Listener) {
    this.real = real;
    this.core = core;
    this.#listener = listener;
  }

  static async start(
    options: { readonly real?: RealOptions; readonly embedded?: ZooKeeperServerOptions } = {}
  ): Promise<TwoServers> {
    const properties = { 'znode.container.checkIntervalMs': `${NEVER}`, ...options.real?.properties };
    const real = await startReal({ ...options.real, properties });
    const settings = zooKeeperServerSettings({
      tickTime: 500,
      minSessionTimeout: 1000,
      maxSessionTimeout: 60_000,
      reapInterval: NEVER,
      superDigest: digestOf(`super:${SUPER_PASSWORD}`),
      ...options.embedded,
    });
    const core = new ZooKeeperCore(settings, undefined);
    core.withholdsEvents = true; // Debian's 3.8.0 has the patch of CVE-2024-23944
    const listener = new Listener(core, '127.0.0.1', 0, undefined);
    await listener.listen();
    core.port = listener.port;
    return new TwoServers(real, core, listener);
  }

  /** The ports of the real one and of the embedded one. */
  get ports(): readonly [real: number, embedded: number] {
    return [this.real.port, this.#listener.port];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.core.pause();
    await this.#listener.close();
    await this.real.stop();
  }
}

/** Both servers side by side, with clients of their own. */
export class Pair {
  readonly real: Side;
  readonly embedded: Side;

  constructor({ ports: [real, embedded] }: TwoServers) {
    this.real = new Side(real);
    this.embedded = new Side(embedded);
  }

  /** Takes a step at both. Returns what clients have received, which must be the same. */
  async take(step: Step): Promise<readonly string[]> {
    const [expected, seen] = await Promise.all([this.real.take(step), this.embedded.take(step)]);
    expect(seen).toEqual(expected);
    return seen;
  }

  /** A client comes, with a new session unless it says otherwise. */
  open(slot: number, hello: Hello = {}, how: Opening = 'new'): Promise<readonly string[]> {
    return this.take({ kind: 'open', slot, how, hello });
  }

  send(slot: number, ...asked: readonly Asked[]): Promise<readonly string[]> {
    return this.take({ kind: 'send', slot, ask: () => asked });
  }

  /** Sends what makes the server hang up. */
  sendLast(slot: number, ...asked: readonly Asked[]): Promise<readonly string[]> {
    return this.take({ kind: 'send', slot, ends: true, ask: () => asked });
  }

  /**
   * Waits until so many lines with a text have come from each, after a step if there is one, and compares all that
   * came, in any order.
   */
  async until(text: string, count = 1, step?: Step): Promise<readonly string[]> {
    const [expected, seen] = await Promise.all(
      [this.real, this.embedded].map(async (side) => {
        const lines: string[] = [];
        const take = async (next: Step) =>
          void lines.push(...(await side.take(next)).filter((line) => !line.includes('xid=-2')));
        if (step !== undefined) await take(step);
        await waitFor(
          async () => {
            await take({ kind: 'send', slot: 0, ask: () => [] });
            return lines.filter((line) => line.includes(text)).length >= count;
          },
          { what: text, timeout: 60_000 }
        );
        return lines.sort();
      })
    );
    expect(seen).toEqual(expected);
    return seen!;
  }
}
