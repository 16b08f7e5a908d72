import { decodeHead } from '../../../../lib/hive/heads/head.js';
import type { Fact, SimulatedWorld, Stage } from '../../../../lib/testing/index.js';
import { Contents } from './contents.js';
import { ALIASES, type Home, type Kept, type Version } from './homes.js';

/** An entry, from one change of it to the next. */
export interface EntryState {
  /** The write that made its content; `undefined`: there is no entry. */
  readonly write: string | undefined;
  readonly version: Version | undefined;
  readonly expiresAt: number | undefined;
  /** Whether there may have been others between the one before and this one: they came in one step of the run. */
  readonly hides: boolean;
  /** By the clock of the world. */
  readonly at: number;
}

const ABSENT: EntryState = { write: undefined, version: undefined, expiresAt: undefined, hides: false, at: 0 };

/** All that the store of a run has ever said of each entry. */
export class Ledger {
  readonly contents = new Contents();
  /** A wrong head, in words. */
  fault: string | undefined;
  /** The latest time of day that a process has had. */
  latest = 0;
  /** Whether the time of day of a process has ever been wrong. */
  skewed = false;
  readonly #entries = new Map<string, EntryState[]>();
  readonly #identities = new Map<string, string>();
  #home: Home | undefined;
  #stamp = 0;
  #next = 0;

  /** The store that is used in this run. */
  get home(): Home | undefined {
    return this.#home;
  }

  /** The aliases that there ever was an entry for. */
  get aliases(): readonly string[] {
    return [...this.#entries.keys()];
  }

  /** The states of an entry, one after the other. */
  of(alias: string): readonly EntryState[] {
    return this.#entries.get(alias) ?? [ABSENT];
  }

  /** The number of the state that an entry has now. */
  now(alias: string): number {
    return this.of(alias).length - 1;
  }

  /** The name of a write that has not been made. */
  newWrite({ process }: Stage): string {
    return `${process.name}-${this.#next++}`;
  }

  /** The run uses this store. */
  begin(world: SimulatedWorld, home: Home): void {
    if (this.#home === undefined) this.#stamp = home.stamp(world);
    this.#home = home;
  }

  /** Learns the changes since the last time. */
  note(world: SimulatedWorld): void {
    if (this.#home === undefined) return;
    const stamp = this.#home.stamp(world);
    if (stamp === this.#stamp) return;
    const hides = stamp > this.#stamp + 1;
    this.#stamp = stamp;
    const heads = this.#home.heads(world);
    for (const alias of ALIASES) {
      if (heads.has(alias)) continue;
      // there may have been an entry between two looks that found none
      if (this.#identities.delete(alias) || hides) this.#add(alias, { ...ABSENT, hides, at: world.clock.now() });
    }
    for (const [alias, kept] of heads) {
      if (this.#identities.get(alias) === kept.identity) continue;
      this.#identities.set(alias, kept.identity);
      const state = this.#stateOf(kept);
      if (state === undefined) this.fault ??= `${alias} is ${Buffer.from(kept.value).toString('latin1')}`;
      else this.#add(alias, { ...state, hides, at: world.clock.now() });
    }
  }

  /** The writes whose contents some heads have, by their aliases. */
  writesOf(heads: ReadonlyMap<string, Kept>): ReadonlyMap<string, string | undefined> {
    return new Map([...heads].map(([alias, kept]) => [alias, this.#stateOf(kept)?.write]));
  }

  #add(alias: string, state: EntryState): void {
    const states = this.#entries.get(alias) ?? [ABSENT];
    states.push(state);
    this.#entries.set(alias, states);
  }

  #stateOf({ value, version }: Kept): Pick<EntryState, 'write' | 'version' | 'expiresAt'> | undefined {
    const { content, sliced, expiresAt } = decodeHead(value);
    const write = sliced ? this.contents.withSha256(sliced.sha256) : this.contents.writeOf(content!);
    return write === undefined ? undefined : { write, version, expiresAt };
  }
}

const ledgers: Fact<Ledger> = { initial: () => new Ledger() };

/** The ledger of a run, up to now. */
export function ledgerOf(world: SimulatedWorld): Ledger {
  const ledger = world.get(ledgers);
  ledger.note(world);
  noteClocks(world);
  return ledger;
}

/** The times of day of all processes are right, within so many milliseconds. */
const AGREE = 50;

/** Looks at the clocks of all processes. */
export function noteClocks(world: SimulatedWorld): void {
  const ledger = world.get(ledgers);
  const times = world.processes.map(({ clock }) => clock.wallNow());
  ledger.latest = Math.max(ledger.latest, ...times);
  const now = world.clock.now();
  ledger.skewed ||= times.some((time) => Math.abs(time - now) > AGREE);
}

/** Whether a state counts as no entry for a process, or may have, by the latest of all clocks. */
export function isGone({ write, expiresAt }: EntryState, latest: number): boolean {
  return write === undefined || (expiresAt !== undefined && expiresAt <= latest);
}
