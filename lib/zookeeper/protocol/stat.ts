import type { Stat } from '../types.js';
import type { JuteReader } from './juteReader.js';

const SIZE = 68;

/** Reads the metadata of a node, as a plain object: it can be kept, spread, compared and printed. */
export function readStat(input: JuteReader): Stat {
  const at = input.record(SIZE);
  return {
    czxid: input.longAt(at),
    mzxid: input.longAt(at + 8),
    ctime: input.timeAt(at + 16),
    mtime: input.timeAt(at + 24),
    version: input.intAt(at + 32),
    cversion: input.intAt(at + 36),
    aversion: input.intAt(at + 40),
    ephemeralOwner: input.longAt(at + 44),
    dataLength: input.intAt(at + 52),
    numChildren: input.intAt(at + 56),
    pzxid: input.longAt(at + 60),
  };
}
