import { terminalWith } from '../terminal/terminalWith.js';
import { type Candidates, type Completing, candidates } from './candidates.js';

/**
 * The {@link candidates} for a user who types: in silence, and none if the store does not tell in time.
 *
 * @param patience milliseconds that the search may take
 */
export function quickCandidates(line: string, completing: Completing, patience: number): Promise<Candidates> {
  const nothing = () => undefined;
  const terminal = terminalWith(completing.terminal, {
    stop: AbortSignal.any([completing.terminal.stop, AbortSignal.timeout(patience)]),
    note: nothing,
    progress: nothing,
    ask: () => Promise.resolve(undefined),
  });
  return candidates(line, { ...completing, terminal }).catch(() => ({ part: '', words: [] }));
}
