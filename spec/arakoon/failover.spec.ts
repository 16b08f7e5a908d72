import { describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import type { Arakoon } from '../../lib/arakoon/client/arakoon.js';
import { connect } from '../../lib/arakoon/connect.js';
import { utf8 } from '../../lib/core/codecs.js';
import type { CoordinationError } from '../../lib/core/errors.js';
import { arakoonInMemory } from '../../lib/testing/arakoon/startArakoon.js';
import type { ArakoonFault } from '../../lib/testing/arakoon/arakoonServerOptions.js';
import { seededRandom } from '../../lib/testing/proxy/seededRandom.js';
import { VirtualTime } from '../helpers/virtualTime.js';

const NODES = ['a', 'b', 'c'];
const TIMEOUT = 4000;
const LOAD = 20_000;

/** A node that accepts again does so after promises have turned, which virtual time does not do. */
const turn = () => new Promise<void>((done) => setImmediate(done));

/** What became of a request. */
type End =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly code: string; readonly effect: string };

/** A cluster that misbehaves at random for a while, a client that works meanwhile, and time. */
class Storm {
  readonly time = new VirtualTime();
  readonly random: () => number;
  readonly client: Arakoon<string, string>;
  readonly ends = new Map<string, End>();
  /** What cannot be, and was. */
  readonly lies: string[] = [];
  readonly server;
  readonly #begun = new Map<string, number>();
  #stormy = true;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.server = arakoonInMemory({
      ...{
        nodes: NODES,
        lease: 1000,
        scheduler: this.time,
        faults: ({ operation }) => (this.#stormy && operation !== 'whoMaster' ? this.#fault() : undefined),
      },
      // as far from idempotent as can be: counts how often it was called for a name
      userFunctions: {
        count: (store, name) => {
          const key = `count/${Buffer.from(name!).toString()}`;
          store.set(key, String(Number(store.get(key) ?? 0) + 1));
          return null;
        },
      },
    });
    let client: Arakoon | undefined;
    const options = {
      transport: this.server.transport({ latency: 1 }),
      scheduler: this.time,
      random: this.random,
      timeout: TIMEOUT,
      connectTimeout: 300,
      heartbeat: 500,
    };
    connect(this.server.cluster, options).subscribe((arakoon) => (client = arakoon));
    this.client = client!.with({ value: utf8 });
  }

  /** Twenty seconds of load and misfortune, and then quiet. */
  async run(): Promise<void> {
    for (let at = 0; at < LOAD; at += 50) {
      this.#work(at);
      if (this.random() < 0.03) this.#strike();
      this.time.advance(50);
      await turn();
    }
    this.#stormy = false;
    for (const node of NODES) this.#heal(node);
    await turn();
    this.time.advance(TIMEOUT + 1000);
  }

  /** What the cluster has at the end. */
  values(): Map<string, string> {
    return new Map([...this.server.entries()].map(([key, value]) => [key, Buffer.from(value).toString()]));
  }

  #work(at: number): void {
    this.#ask(`set/${at}`, this.client.set(`set/${at}`, 'x'), () =>
      this.#ask(`get of set/${at}`, this.client.get(`set/${at}`))
    );
    this.#ask(`count/${at}`, this.client.userFunction('count', Buffer.from(String(at))));
    this.#ask(`swap/${at}`, this.client.testAndSet(`swap/${at}`, null, 'mine'));
    this.#ask(`anywhere/${at}`, this.client.exists('anything', { consistency: 'none' }));
    if (at === 0) this.#register(1);
  }

  /** One writer, that writes the next number when the last is written, and reads it back. */
  #register(n: number): void {
    const next = () => this.#stormy && this.#register(n + 1);
    this.#ask(
      `register/${n}`,
      this.client.set('register', String(n)),
      () =>
        this.#ask(
          `register read/${n}`,
          this.client.get('register'),
          (value) => {
            if (value !== String(n)) this.lies.push(`the register is ${String(value)} and not ${n}`);
            next();
          },
          next
        ),
      next
    );
  }

  #ask(name: string, request$: Observable<unknown>, then?: (value: unknown) => void, otherwise?: () => void): void {
    this.#begun.set(name, this.time.now());
    const end = (end: End) => {
      if (this.ends.has(name)) this.lies.push(`${name} ended twice`);
      const took = this.time.now() - this.#begun.get(name)!;
      if (took > TIMEOUT) this.lies.push(`${name} took ${took} ms`);
      this.ends.set(name, end);
    };
    let last: unknown;
    request$.subscribe({
      next: (value) => (last = value),
      complete: () => {
        end({ kind: 'done', value: last });
        then?.(last);
      },
      error: ({ code, effect }: CoordinationError) => {
        end({ kind: 'failed', code, effect });
        otherwise?.();
      },
    });
  }

  get unended(): string[] {
    return [...this.#begun.keys()].filter((name) => !this.ends.has(name));
  }

  #fault(): ArakoonFault | undefined {
    const roll = this.random();
    if (roll < 0.01) return 'cut';
    if (roll < 0.02) return 'cutAfter';
    if (roll < 0.04) return { delay: this.random() * 500 };
    if (roll < 0.045) return { error: 4, message: 'None' };
    if (roll < 0.05) return { error: 33, message: 'lost master role' };
    if (roll < 0.053) return { error: 16, message: 'closing socket' };
    return undefined;
  }

  #strike(): void {
    const node = NODES[Math.floor(this.random() * 3)]!;
    const roll = this.random();
    if (roll < 0.2) this.server.drop(node);
    else if (roll < 0.4) this.server.electMaster(node);
    else if (roll < 0.6) this.server.pause(node);
    else if (roll < 0.8) void this.server.refuse(node);
    else this.server.goDown(node);
    this.time.schedule(() => this.#heal(node), 200 + this.random() * 2500);
  }

  #heal(node: string): void {
    this.server.resume(node);
    void this.server.accept(node);
  }
}

describe('under load, while masters change, nodes die and sleep, and replies are lost', () => {
  it.each(Array.from({ length: 4 }, (_, seed) => seed))(
    'everything ends in time and as it says: storm %i',
    async (seed) => {
      const storm = new Storm(seed);
      await storm.run();
      const { lies } = storm;
      const values = storm.values();
      for (const name of storm.unended) lies.push(`${name} has no end`);
      for (const [name, end] of storm.ends) {
        const [kind] = name.split('/');
        const found = values.get(name);
        const wrong = (what: string) => lies.push(`${name}: ${what}: ${JSON.stringify(end)}, ${found}`);
        if (kind === 'set' && end.kind === 'done' && found !== 'x') wrong('acknowledged, and lost');
        if (kind === 'swap' && end.kind === 'done' && (found !== 'mine' || end.value !== null))
          wrong('swapped twice, or lost');
        if (kind === 'count' && end.kind === 'done' && found !== '1') wrong('not done once');
        if (kind === 'count' && Number(found ?? 0) > 1) wrong('done twice');
        if (end.kind === 'failed' && end.effect === 'none' && found !== undefined) wrong('done, and denied');
        if (/^get|^anywhere|read/.test(name) && end.kind === 'failed' && end.effect !== 'none')
          wrong('a read with an effect');
      }
      expect(lies).toEqual([]);
      const done = [...storm.ends.values()].filter(({ kind }) => kind === 'done').length;
      expect(done / storm.ends.size).toBeGreaterThan(0.5); // or it shows nothing
      expect(storm.ends.size).toBeGreaterThan(1500);
    }
  );
});
