import { describe, expect, it } from '@jest/globals';
import * as admin from '../../../lib/arakoon/protocol/ops/admin.js';
import * as nursery from '../../../lib/arakoon/protocol/ops/nursery.js';
import * as reads from '../../../lib/arakoon/protocol/ops/reads.js';
import * as writes from '../../../lib/arakoon/protocol/ops/writes.js';
import type { Op } from '../../../lib/arakoon/protocol/op.js';
import { type Reply, readReply } from '../../../lib/arakoon/protocol/reply.js';
import type { NamedField } from '../../../lib/arakoon/protocol/statistics.js';
import { type ArakoonServerOptions, type EmbeddedArakoon, arakoonInMemory } from '../../../lib/testing/index.js';
import { type Exchange, decoderOf, exchanges, requestsIn } from '../../arakoon/protocol/golden.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { RawClient } from './rawClient.js';

// What a real cluster answered is what the embedded one answers, byte for byte.

const ALL = exchanges();
const played = new Set<Exchange>();
const key = (text: string) => Buffer.from(text);

/** What nodes tell each other, which is in the format of their logs. */
const NOT_FOR_CLIENTS = /^last_entries/;
/** Where the client has not said, or not yet, who it takes the cluster for. */
const UNGREETED = /^(prologue_|max_connections|going_down_on_accept)/;

const OPTIONS: ArakoonServerOptions = {
  lease: 4000,
  build: buildOf(ALL.find(({ name }) => name === 'version')!),
  userFunctions: {
    lab_reverse: (_, argument) => argument?.toReversed() ?? null,
    lab_put: (store, argument) => {
      const old = store.get('lab_put');
      store.set('lab_put', argument!);
      return old;
    },
    lab_fail_exc: () => refuse('Arakoon_exc.Exception(17, "invalid arg")'),
    lab_fail_uff: () => refuse('Arakoon_exc.Exception(14, "user function says no")'),
    lab_failwith: () => refuse('Failure("plain failure")'),
  },
  userHooks: { lab_hook: (call) => call.write(Buffer.alloc(5)) },
};

function refuse(message: string): never {
  throw new Error(message);
}

function buildOf({ reply }: Exchange): string {
  const input = decoderOf(reply);
  return (input.read(() => readReply(input, reads.version.reply)) as { value: reads.ServerVersion }).value.info;
}

/** A cluster, and the connections of those who captured what a real one said. */
class Stage {
  readonly time = new VirtualTime();
  readonly server: EmbeddedArakoon;
  readonly #clients = new Map<string, RawClient>();
  readonly #id: string;

  constructor(id: string, options: ArakoonServerOptions = {}) {
    this.#id = id;
    this.server = arakoonInMemory({ ...OPTIONS, id, scheduler: this.time, ...options });
  }

  /** The connection to a node that is kept for so long as the server does not close it. */
  client(node = this.server.master ?? Object.keys(this.server.cluster.nodes)[0]!): RawClient {
    const known = this.#clients.get(node);
    if (known?.closed === false) return known;
    const client = new RawClient(this.server, this.time, node).greet(this.#id);
    this.#clients.set(node, client);
    return client;
  }

  /** Plays one exchange, and compares. */
  play(exchange: Exchange, node?: string, wait = 0): void {
    const client = exchange.fresh
      ? new RawClient(this.server, this.time, node ?? this.server.master!)
      : this.client(node);
    if (exchange.fresh && !UNGREETED.test(exchange.name)) client.greet(this.#id);
    client.send(exchange.request);
    this.time.advance(wait);
    this.compare(exchange, client);
    if (exchange.fresh) client.hangUp();
  }

  compare(exchange: Exchange, client: RawClient): void {
    const reply = client.take();
    const where = `${exchange.session} ${exchange.seq} ${exchange.name}`;
    played.add(exchange);
    if (exchange.volatile || exchange.cut)
      expect([where, shapeOf(exchange, reply)]).toEqual([where, shapeOf(exchange, exchange.reply)]);
    else expect([where, reply.toString('latin1')]).toEqual([where, exchange.reply.toString('latin1')]);
    // there it was the client that did
    if (exchange.session !== 'pyrakoon') expect([where, client.closed]).toEqual([where, exchange.closed]);
  }

  call<Request, Answer>(op: Op<Request, Answer>, request: Request, node?: string): Reply<Answer> | undefined {
    return this.client(node).call(op, request);
  }
}

/** What is the same every time in an answer: its number, and of what kind its value is. */
function shapeOf(exchange: Exchange, bytes: Buffer): unknown {
  if (exchange.reply.length === 0) return bytes.length;
  const { op } = requestsIn(exchange.request)[0]!;
  const input = decoderOf(bytes);
  const reply = input.read(() => readReply(input, op.reply));
  if (reply === undefined) return bytes.readInt32LE(0); // one of which only a part was kept
  if ('message' in reply) return { number: reply.number, message: typeof reply.message };
  return {
    number: 0,
    value: op.tag === admin.statistics.tag ? figures(reply.value as NamedField) : kindOf(reply.value),
  };
}

function kindOf(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return typeof value;
  if (value instanceof Uint8Array) return 'bytes';
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, kindOf(each)]));
}

/** The names and types of all figures, and how often what was done: but for what nodes do among themselves. */
function figures({ name, type, value }: NamedField): unknown {
  if (name === 'node_is') return [name, type];
  if (name === 'harvest_stats')
    return [name, type, (value as readonly NamedField[]).map((each) => [each.name, each.type])];
  if (type === 5) return [name, type, value.map((each) => figures(each))];
  return [name, type, name === 'n' || name.startsWith('avg_') ? value : undefined];
}

const session = (...names: readonly string[]) =>
  ALL.filter((exchange) => names.includes(exchange.session) && !NOT_FOR_CLIENTS.test(exchange.name));

describe('the captured exchanges', () => {
  it('with one node are answered as they were', () => {
    const stage = new Stage('ricky', { tlogs: 14 });
    for (const exchange of session('single')) stage.play(exchange);
  });

  it('with values at the limits are answered as they were', () => {
    const stage = new Stage('ricky');
    for (const exchange of session('limits')) {
      if (exchange.name !== 'seq_33MiB') stage.play(exchange);
      else {
        played.add(exchange);
        const reply = stage.client().send(exchange.request).take();
        expect(reply.toString('utf8', 8)).toBe(exchange.decoded.message);
        expect(reply.subarray(0, exchange.reply.length)).toEqual(exchange.reply);
      }
    }
  });

  it('with pyrakoon are answered as they were', () => {
    const stage = new Stage('rickypy', { tlogs: 6 });
    stage.call(nursery.setRouting, { cluster: 'rickypy' });
    stage.call(nursery.setNurseryConfig, {
      cluster: 'rickypy',
      nodes: { arakoon_0: { hosts: ['127.0.0.1'], port: 14700 } },
    });
    for (const exchange of session('pyrakoon')) stage.play(exchange);
  });

  it('with a node that may not be written to are answered as they were', () => {
    const stage = new Stage('rickyro', { readonly: true, entries: { key: 'value' } });
    for (const exchange of session('readonly')) stage.play(exchange);
  });

  it('with a cluster that never had a master are answered as they were', () => {
    const stage = new Stage('rickyyoung', { nodes: ['arakoon_0', 'arakoon_1', 'arakoon_2'], master: null });
    for (const exchange of session('young')) stage.play(exchange, 'arakoon_0');
  });

  it('with nodes that take nobody in are answered as they were', () => {
    const stage = new Stage('rickymax', { maxConnections: 200 });
    for (let i = 0; i < 200; i++) new RawClient(stage.server, stage.time, 'arakoon_0');
    for (const exchange of session('maxconn')) stage.play(exchange);
    stage.server.goDown();
    for (const exchange of session('going_down')) stage.play(exchange);
  });

  it('with the clusters of a nursery are answered as they were', () => {
    const left = new Stage('left', { entries: { a: 'va' } });
    const right = new Stage('right', { entries: { k: 'vk', m: 'vm' } });
    for (const [id, port] of [
      ['right', 14600],
      ['left', 14500],
    ] as const)
      left.call(nursery.setNurseryConfig, { cluster: id, nodes: { [`${id}_0`]: { hosts: ['127.0.0.1'], port } } });
    left.call(nursery.setRouting, { cluster: 'left' });
    const span = (begin: string | null, end: string | null) => ({
      begin: begin === null ? null : key(begin),
      end: end === null ? null : key(end),
    });
    for (const exchange of session('nursery_left', 'nursery_right')) {
      if (exchange.name === 'nursery_cfg_migrated') {
        left.call(nursery.setRoutingDelta, { left: 'left', separator: key('k'), right: 'right' });
        left.call(nursery.putInterval, { public: span(null, 'k'), private: span(null, 'k') });
        right.call(nursery.putInterval, { public: span('k', null), private: span('k', null) });
      }
      (exchange.session === 'nursery_left' ? left : right).play(exchange);
    }
  });
});

describe('the captured exchanges with three nodes', () => {
  const NODES = ['arakoon_0', 'arakoon_1', 'arakoon_2'];

  it('are answered as they were, by the master and by another', () => {
    const stage = new Stage('ricky3', { nodes: NODES, tlogs: 16, lag: 1 });
    for (const exchange of session('three_master', 'three_slave')) {
      const slow = exchange.name === 'drop_master' ? 2000 : 0; // half of its lease
      stage.play(exchange, exchange.session === 'three_master' ? 'arakoon_0' : 'arakoon_1', slow);
    }
    expect(stage.server.master).toBe('arakoon_1');
  });

  it('are answered as they were when the others have frozen', () => {
    const stage = new Stage('ricky3', { nodes: NODES, entries: { key: 'value' } });
    stage.server.pause('arakoon_1');
    stage.server.pause('arakoon_2');
    const [first, ...later] = session('three_noquorum') as [Exchange, ...Exchange[]];
    stage.play(first, 'arakoon_0', 25_300);
    for (const exchange of later) {
      const client = new RawClient(stage.server, stage.time, 'arakoon_0').greet('ricky3').send(exchange.request);
      stage.compare(exchange, client);
    }
  });

  it('are answered as they were when another has taken over meanwhile', () => {
    const all = session('three_nolonger');
    for (let attempt = 0; attempt < 4; attempt++) {
      const [first, second] = all.slice(attempt * 2) as [Exchange, Exchange];
      const stage = new Stage('ricky3', { nodes: NODES });
      const connect = () => new RawClient(stage.server, stage.time, 'arakoon_0').greet('ricky3');
      const done = first.reply.readInt32LE(0) === 0; // then somebody else was ahead of the second
      const early = connect();
      if (done) early.send(first.request);
      stage.server.pause('arakoon_1');
      stage.server.pause('arakoon_2');
      if (!done) early.send(first.request);
      else connect().ask(writes.nop, undefined);
      const late = connect().send(second.request);
      stage.server.pause('arakoon_0');
      stage.server.resume('arakoon_1');
      stage.server.resume('arakoon_2');
      stage.time.advance(5000);
      expect(stage.server.master).toBe('arakoon_1');
      stage.server.resume('arakoon_0');
      stage.time.advance(0);
      stage.compare(first, early);
      stage.compare(second, late);
      expect([...stage.server.entries().keys()]).toEqual(['nlm']); // done all the same
    }
  });

  it('are answered as they were while a node is behind', () => {
    const stage = new Stage('ricky3', { nodes: NODES, lag: 1 });
    const [set, txid] = session('three_atleast_master') as [Exchange, Exchange];
    const [early, late] = session('three_atleast_slave') as [Exchange, Exchange];
    while (stage.server.txid < 798n) stage.call(writes.nop, undefined);
    stage.play(set);
    stage.play(txid);
    stage.play(early, 'arakoon_1');
    stage.server.lag(0);
    stage.play(late, 'arakoon_1');
  });
});

it('all of them were played, but for what nodes tell each other', () => {
  expect(ALL.filter((exchange) => !played.has(exchange)).map(({ name }) => name)).toEqual([
    'last_entries',
    'last_entries2',
    'last_entries3',
  ]);
});
