import type { Fact, SimulatedProcess, Stage } from '../../../../lib/testing/index.js';
import { isGone, ledgerOf } from './ledger.js';

/** For each process and entry the newest state that the process has seen. */
const seen: Fact<Map<SimulatedProcess, Map<string, number>>> = { initial: () => new Map() };

function seenBy(stage: Stage): Map<string, number> {
  const all = stage.get(seen);
  const own = all.get(stage.process) ?? new Map<string, number>();
  all.set(stage.process, own);
  return own;
}

/** The oldest state that a read may show which begins now. */
export function floorOf(stage: Stage, alias: string, latest: boolean): number {
  return latest ? ledgerOf(stage.world).now(alias) : (seenBy(stage).get(alias) ?? 0);
}

/** A part of a content. */
export interface Part {
  readonly from: number;
  readonly to?: number | undefined;
}

/** A state that a read has shown. */
export interface Sight {
  readonly write: string | undefined;
  /** The number of the state; `undefined` if it is not known. */
  readonly at: number | undefined;
}

/** Looks at what a read has shown: `undefined` for no entry. */
export function sees(
  stage: Stage,
  what: string,
  alias: string,
  shown: Uint8Array | undefined,
  floor: number,
  part?: Part
): Sight {
  const ledger = ledgerOf(stage.world);
  const { contents, latest } = ledger;
  const states = ledger.of(alias);
  const isShown = (write: string | undefined): boolean => {
    if (shown === undefined || write === undefined) return false;
    const whole = contents.of(write);
    return Buffer.compare(part ? whole.subarray(part.from, part.to) : whole, shown) === 0;
  };
  let hides = false;
  for (let i = floor; i < states.length; i++) {
    const state = states[i]!;
    if (i > floor) hides ||= state.hides;
    if (shown === undefined ? !isGone(state, latest) : !isShown(state.write)) continue;
    const own = seenBy(stage);
    const at = state.hides ? Math.max(floor, i - 1) : i; // it may have been a state before this one
    own.set(alias, Math.max(at, own.get(alias) ?? 0));
    return { write: state.write, at };
  }
  const known = shown === undefined ? undefined : contents.all.find((write) => isShown(write));
  if (shown !== undefined && known === undefined)
    stage.violated('no content of a hive is torn', `${what} ${alias}: ${Buffer.from(shown).toString('latin1')}`);
  if (!hides)
    stage.violated('reads of a hive are linearizable', `${what} ${alias}: ${known}, of the states from ${floor} on`);
  return { write: known, at: undefined };
}
