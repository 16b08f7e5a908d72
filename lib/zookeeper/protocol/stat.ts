import type { Stat } from '../types.js';
import type { JuteReader } from './juteReader.js';

/** Reads the metadata of a node, as a plain object: it can be kept, spread, compared and printed. */
export function readStat(input: JuteReader): Stat {
  return {
    czxid: input.long(),
    mzxid: input.long(),
    ctime: input.time(),
    mtime: input.time(),
    version: input.int(),
    cversion: input.int(),
    aversion: input.int(),
    ephemeralOwner: input.long(),
    dataLength: input.int(),
    numChildren: input.int(),
    pzxid: input.long(),
  };
}
