import type { JuteWriter } from '../../../zookeeper/protocol/juteWriter.js';
import type { Stat } from '../../../zookeeper/types.js';
import type { Znode } from './znode.js';

const UPPER_HALF = 4294967296;

/** A Stat as it was at one moment: numbers only, for a reply that is written later. */
export interface StatNow {
  readonly czxid: number;
  readonly mzxid: number;
  readonly ctime: number;
  readonly mtime: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly owner: bigint;
  readonly size: number;
  readonly numChildren: number;
  readonly pzxid: number;
}

/** The Stat of a node, kept while the node goes on changing. */
export function statNow({
  czxid,
  mzxid,
  ctime,
  mtime,
  version,
  cversion,
  aversion,
  owner,
  size,
  numChildren,
  pzxid,
}: Znode): StatNow {
  return { czxid, mzxid, ctime, mtime, version, cversion, aversion, owner, size, numChildren, pzxid };
}

/** As a client would see it. */
export function publicStat(node: StatNow): Stat {
  return {
    czxid: BigInt(node.czxid),
    mzxid: BigInt(node.mzxid),
    ctime: node.ctime,
    mtime: node.mtime,
    version: node.version,
    cversion: node.cversion,
    aversion: node.aversion,
    ephemeralOwner: node.owner,
    dataLength: node.size,
    numChildren: node.numChildren,
    pzxid: BigInt(node.pzxid),
  };
}

export function writeStat(out: JuteWriter, stat: StatNow): void {
  writeLong(out, stat.czxid);
  writeLong(out, stat.mzxid);
  writeLong(out, stat.ctime);
  writeLong(out, stat.mtime);
  out.int(stat.version).int(stat.cversion).int(stat.aversion).long(stat.owner).int(stat.size).int(stat.numChildren);
  writeLong(out, stat.pzxid);
}

/** A 64-bit integer from a number. */
export function writeLong(out: JuteWriter, value: number): void {
  out.int(Math.floor(value / UPPER_HALF)).int(value | 0);
}
