import { describe, expect, it } from '@jest/globals';
import type { CoordinationError } from '../../../lib/core/errors.js';
import * as methods from '../../../lib/etcd/v3/protocol/methods.js';
import { type HeardCall, bytes } from '../../helpers/etcdCalls.js';
import { type EtcdCalls, dialBoth } from '../../helpers/dialBoth.js';
import { Random } from '../../helpers/random.js';
import { waitFor } from '../../helpers/waitFor.js';
import { DifferentialPlan, type PlannedCall } from './differentialPlan.js';

const ROUNDS = 8;
const CALLS = 200;
const WATCHERS = 6;
/** The id of the watcher of all keys. */
const ALL = 1;

describe('the embedded etcd and a real one', () => {
  const open = dialBoth();

  it('answer random calls alike, and tell watchers the same', async () => {
    const plan = new DifferentialPlan(new Random(7));
    const heard = open.map((calls) => new Heard(calls.open(methods.watchStream)));
    for (const one of heard) one.create({ key: bytes('\0'), rangeEnd: bytes('\0'), watchId: ALL }, 0);
    for (let round = 0; round < ROUNDS; round++) {
      // watchers catch up before anything is compacted, because that would end them at one server alone
      const watchers = Array.from({ length: WATCHERS }, (_, i) => plan.watcher(ALL + 1 + round * WATCHERS + i));
      for (const request of watchers) for (const one of heard) one.create(request, plan.compacted);
      // 3.4.23 may lose the event of a write that comes while a watcher of the past is created
      await waitFor(() => heard.every((one) => one.isCreated()), { what: 'the watchers' });
      await told(heard, plan);
      for (let i = 0; i < CALLS; i++) {
        const call = plan.next();
        const [there, here] = await Promise.all(open.map((calls) => answerOf(calls, call)));
        expect({ call, answer: here }).toEqual({ call, answer: there });
        plan.revision = Math.max(plan.revision, there!.revision ?? 0);
        if (call.method.path === methods.compact.path && there!.error === undefined)
          plan.compacted = (call.message as { revision: number }).revision;
      }
      await told(heard, plan);
    }
    expect(plan.revision).toBeGreaterThan(200);
    const [there, here] = heard.map(({ histories }) => histories);
    expect(here).toEqual(there);
    expect([...there!.values()].flat().length).toBeGreaterThan(1_000);
    expect([...there!.values()].filter(isCanceled).length).toBeGreaterThan(0);
  });

  /** Waits until both servers have told every watcher everything about a last change. */
  async function told(heard: readonly Heard[], plan: DifferentialPlan): Promise<void> {
    const answers = await Promise.all(open.map((calls) => calls.ask(methods.put, { key: bytes('p/1') })));
    const [there, here] = answers.map(({ header }) => header!.revision);
    expect(here).toBe(there);
    plan.revision = there!;
    await waitFor(() => heard.every((one) => one.hasAll(there!)), { what: 'all events' });
  }
});

type WatchAsked = ReturnType<typeof methods.watchStream.request.read>;
type WatchAnswer = ReturnType<typeof methods.watchStream.response.read>;

interface Answered {
  readonly revision?: number;
  readonly error?: string;
  readonly value?: unknown;
}

async function answerOf(calls: EtcdCalls, { method, message }: PlannedCall): Promise<Answered> {
  try {
    const value = (await calls.ask(method, message)) as { readonly header?: { readonly revision: number } };
    return { revision: value.header?.revision ?? 0, value: plain(value, hasEquals(message)) };
  } catch (reason) {
    const { code, message: words } = reason as CoordinationError;
    return { error: `${code} ${words}` };
  }
}

/** Whether keys may come in an order that leaves equal ones to chance: if they are sorted by anything else. */
function hasEquals(message: unknown): boolean {
  return (
    JSON.stringify(message, (_, it: unknown) => (typeof it === 'bigint' ? 0 : it)).match(/"sortTarget":"[^k]/) !== null
  );
}

/** An answer without the names of the servers, and with keys in one order where the order is by chance. */
function plain(value: unknown, anyOrder: boolean, name = ''): unknown {
  if (/^(clusterId|memberId|raftTerm)$/.test(name)) return 0;
  if (name === 'ttl') return value === -1 ? -1 : 'some time';
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) {
    const all = value.map((one) => plain(one, anyOrder));
    const shown = (one: unknown) => JSON.stringify(one, (_, it: unknown) => (typeof it === 'bigint' ? String(it) : it));
    const isByChance = name === 'keys' || name === 'leases' || (name === 'kvs' && anyOrder);
    return isByChance ? all.map(shown).sort() : all;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, plain(it, anyOrder, key)]));
}

type Create = Parameters<HeardCall<WatchAsked, WatchAnswer>['send']>[0]['createRequest'];
type Change = WatchAnswer['events'][number];

const isCanceled = (history: readonly unknown[]) => history.some((one) => (one as WatchAnswer).canceled);

/** The watchers of one stream, each with its history: its events in their order, its beginning and its end. */
class Heard {
  readonly #stream: HeardCall<WatchAsked, WatchAnswer>;
  readonly #asked = new Map<number, NonNullable<Create>>();
  readonly #doomed = new Set<number>();
  #read = 0;
  /** Every change, as the watcher of all keys hears of it. */
  readonly #changes: Change[] = [];
  readonly #from = new Map<number, number>();
  readonly #counts = new Map<number, number>();
  readonly histories = new Map<number, unknown[]>();

  constructor(stream: HeardCall<WatchAsked, WatchAnswer>) {
    this.#stream = stream;
  }

  /** @param compacted the last compaction: a watcher that begins before it has to end */
  create(createRequest: NonNullable<Create>, compacted: number): void {
    const { watchId = 0, startRevision = 0 } = createRequest;
    this.#asked.set(watchId, createRequest);
    if (startRevision > 0 && startRevision < compacted) this.#doomed.add(watchId);
    this.#stream.send({ createRequest });
  }

  isCreated(): boolean {
    this.#readOn();
    return this.#from.size === this.#asked.size;
  }

  /** Whether every watcher has heard of all that it asked for, up to a revision. */
  hasAll(revision: number): boolean {
    this.#readOn();
    if ((this.#changes.at(-1)?.kv?.modRevision ?? 0) < revision) return false;
    return [...this.#asked.keys()].every((id) => {
      const from = this.#from.get(id);
      if (from === undefined) return false;
      if (this.#doomed.has(id)) return isCanceled(this.histories.get(id)!);
      const expected = this.#changes.filter((change) => this.#isAbout(id, from, change)).length;
      return this.#counts.get(id) === expected;
    });
  }

  #readOn(): void {
    for (; this.#read < this.#stream.messages.length; this.#read++) this.#take(this.#stream.messages[this.#read]!);
  }

  #take({ watchId, events, created, canceled, cancelReason, compactRevision, header }: WatchAnswer): void {
    const id = watchId;
    const history = this.histories.get(id) ?? [];
    this.histories.set(id, history);
    if (created) {
      this.#from.set(id, this.#asked.get(id)?.startRevision || header!.revision + 1);
      this.#counts.set(id, 0);
    }
    if (created || canceled) history.push({ created, canceled, cancelReason, compactRevision });
    history.push(...events.map((event) => plain(event, false)));
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + events.length);
    if (id === ALL) this.#changes.push(...events);
  }

  #isAbout(id: number, from: number, { type, kv }: Change): boolean {
    const { key = bytes('\0'), rangeEnd = bytes(''), filters = [] } = this.#asked.get(id)!;
    const own = Buffer.from(kv!.key);
    const isOpen = rangeEnd.length === 1 && rangeEnd[0] === 0;
    const isWithin =
      rangeEnd.length === 0 ? own.equals(key) : own.compare(key) >= 0 && (isOpen || own.compare(rangeEnd) < 0);
    return kv!.modRevision >= from && isWithin && !filters.includes(type === 'put' ? 'no-put' : 'no-delete');
  }
}
