// Hears what the workers do, and says what was wrong with it. Stands outside ZooKeeper, with a clock that all share.
import { wrongs } from './exclusion.mjs';
import { RESOURCES } from './places.mjs';

/**
 * Holding, as it is judged here: a **claim** is a moment at which a worker found `lease.valid` true. It read the clock
 * before (`at`) and after (`seen`), for it may be stopped in between. A lease is held from `seen` of its first claim,
 * the latest moment at which that can have been true, up to what the newest claim promised, `validUntil`; where it was
 * given back, up to `at` of the claim made just before. No allowance is made for workers that are stopped: they cannot
 * claim while they are, and what they claimed before must hold.
 *
 * A **write** is what a holder does later without looking again, to a register that remembers the highest token, here.
 * One that comes late is refused, and counted; that is what happens to a process which is stopped in between, and no
 * violation.
 */
export class Judge {
  violations = [];
  /** How often what was done. */
  done = new Map();
  /** How often which fault was made. */
  faults = new Map();
  /** By resource: who held with which token, and the highest tokens that have written. */
  #held = new Map(
    Object.keys(RESOURCES).map((resource) => [resource, { spans: new Map(), highest: 0n, highestAlone: 0n }])
  );
  /** Who made which guarded write that was acknowledged, by its path. */
  committed = new Map();
  #asked = { add: new Map(), put: new Map(), change: new Map() };
  #worked = new Map();
  #lost = new Map();
  #absences = [];

  violation(text) {
    if (this.violations.includes(text)) return; // once is enough
    this.violations.push(text);
    console.log(`VIOLATION ${text}`);
  }

  fault(name) {
    count(this.faults, name);
  }

  /** A worker was stopped for a while, or, with no end, killed. */
  absent(name, from, until = Infinity) {
    this.#absences.push({ name, from, until });
  }

  hear({ kind, ...fact }) {
    this.#hears[kind]?.(fact);
  }

  #hears = {
    violation: ({ text }) => this.violation(text),
    fault: ({ name }) => this.fault(name),
    shown: () => count(this.done, 'watch: values shown'),
    ended: ({ what, code }) => count(this.done, `${what} ended with ${code}`),
    lost: ({ client, epoch, at, reason }) => {
      count(this.done, `sessions lost: ${reason}`);
      this.#lost.set(`${client} ${epoch}`, at);
    },
    claim: (claim) => this.#claim(claim),
    'given back': ({ resource, token }) => (this.#held.get(resource).spans.get(token).givenBack = true),
    write: (write) => this.#write(write),
    guarded: ({ outcome, path, client, token }) => {
      if (outcome === 'committed')
        this.committed.set(path, [...(this.committed.get(path) ?? []), `${client} with ${token}`]);
      count(this.done, `guarded writes: ${outcome}`);
    },
    add: (fact) => this.#change('add', fact),
    put: (fact) => this.#change('put', fact),
    change: (fact) => this.#change('change', fact),
    worked: ({ item, ...work }) => {
      count(this.done, 'queue: items worked off');
      this.#worked.set(item, [...(this.#worked.get(item) ?? []), work]);
    },
  };

  #claim({ resource, token, client, alone, at, seen, until }) {
    const { spans } = this.#held.get(resource);
    const span = spans.get(token);
    if (span === undefined)
      count(this.done, resource === 'election' ? 'changes of leader' : `${resource}: leases held`);
    if (span !== undefined && span.client !== client)
      this.violation(`${resource}: ${client} and ${span.client} have the same token ${token}`);
    if (at > until + PRECISION)
      this.violation(`${resource}: ${client} holds a valid lease that was valid until ${until}, at ${at}`);
    if (seen >= until) return; // stopped just then: it was valid, up to a moment that has passed
    if (span === undefined)
      spans.set(token, { client, alone, token: BigInt(token), first: seen, last: at, promised: until });
    else Object.assign(span, { last: at, promised: Math.max(span.promised, until), givenBack: false });
  }

  #write({ resource, token: digits, alone }) {
    const register = this.#held.get(resource);
    const token = BigInt(digits);
    const refused = token < (alone ? register.highest : register.highestAlone);
    if (!refused && token > register.highest) register.highest = token;
    if (!refused && alone) register.highestAlone = token;
    count(this.done, `register: writes ${refused ? 'refused as late' : 'taken'}`);
  }

  #change(kind, { id, outcome, result }) {
    this.#asked[kind].set(id, { outcome, result });
    if (outcome !== 'asked') count(this.done, `${NAMES[kind]}: ${outcome}`);
  }

  /** Who last began to hold a resource, and when. */
  newestHolder(resource) {
    return [...this.#held.get(resource).spans.values()].reduce(
      (newest, span) => (span.first > newest.first ? span : newest),
      { client: undefined, first: 0 }
    );
  }

  /** What became of additions, or of puts: ids, or how many. */
  outcomes(kind) {
    const all = [...this.#asked[kind]];
    const those = (...outcomes) => all.filter(([, { outcome }]) => outcomes.includes(outcome));
    return { done: those('done'), unsure: those('asked', 'unknown') };
  }

  /** To be asked at the end, when all has been heard. */
  conclude() {
    for (const [resource, { spans }] of this.#held) {
      const held = [...spans.values()].map(({ first, last, promised, givenBack, ...holder }) => ({
        ...holder,
        from: first,
        until: givenBack ? last : promised,
      }));
      for (const wrong of wrongs(held, RESOURCES[resource])) this.violation(`${resource}, in time: ${inFull(wrong)}`);
    }
    this.#concludeAdditions();
    this.#concludeWork();
  }

  #concludeAdditions() {
    const sums = new Map();
    for (const [id, { result }] of this.outcomes('add').done) {
      if (sums.has(result)) this.violation(`counter: ${id} and ${sums.get(result)} both made it ${result}`);
      sums.set(result, id);
    }
  }

  #concludeWork() {
    for (const [id] of this.outcomes('put').done)
      if (!this.#worked.has(id)) this.violation(`queue: ${id} was put, and never done`);
    for (const [item, works] of this.#worked) {
      if (!this.#asked.put.has(item)) this.violation(`queue: ${item} was done, and never put`);
      works.sort((a, b) => a.begun - b.begun);
      works.slice(1).forEach((again, i) => {
        count(this.done, 'queue: items done again');
        if (!this.#excused(works[i], again))
          this.violation(
            `queue: ${item} was done again, though no session was lost over it: ${inFull({ first: works[i], again })}`
          );
      });
    }
  }

  /**
   * Whether the session of who began first was lost before another began; who is stopped then, learns of it when it
   * goes on.
   */
  #excused({ client, epoch }, { begun }) {
    const known = this.#lost.get(`${client} ${epoch}`);
    if (known !== undefined && known <= begun + GRACE) return true;
    return this.#absences.some(
      ({ name, from, until }) => client.startsWith(`${name}/`) && from <= begun && begun <= until + GRACE
    );
  }
}

/** How far, at most, the clocks of a worker are apart when one is reckoned from the other. */
const PRECISION = 1;
/** What a worker may need to say what it knows, on a machine that is busy. */
const GRACE = 2_000;
const NAMES = { add: 'counter: additions', put: 'queue: items put', change: 'nodes changed' };

export const inFull = (value) => JSON.stringify(value, (_, it) => (typeof it === 'bigint' ? String(it) : it));

function count(counts, name) {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
