import { Op as All } from '../../lib/testing/zookeeper/request/opcode.js';
import { bool, buf, i32, i64, str, vec } from '../helpers/wireBytes.js';

const { error: _error, ...sendable } = All;
/** The opcodes that a client may send. */
export const Op = sendable;

/** A request in the making. */
export interface Asked {
  readonly opcode: number;
  readonly body: Buffer;
  /** For the reader of a failure. */
  readonly text: string;
  /** Default: the next one. */
  readonly xid?: number;
}

export interface AclEntry {
  readonly perms: number;
  readonly scheme: string;
  readonly id: string;
}

export const OPEN_ACL: readonly AclEntry[] = [{ perms: 31, scheme: 'world', id: 'anyone' }];

export const aclBytes = (acl: readonly AclEntry[] | null): Buffer =>
  acl === null
    ? i32(-1)
    : vec(...acl.map(({ perms, scheme, id }) => Buffer.concat([i32(perms), str(scheme), str(id)])));
const aclText = (acl: readonly AclEntry[] | null) =>
  acl === null ? 'null' : acl.map(({ perms, scheme, id }) => `${scheme}:${id}:${perms}`).join(',');
const shown = (data: string | null) => (data === null ? 'null' : JSON.stringify(data));
const nameOf = (opcode: number) => Object.entries(Op).find(([, number]) => number === opcode)?.[0] ?? String(opcode);

export interface Create {
  readonly path: string | null;
  readonly data?: string | null;
  readonly acl?: readonly AclEntry[] | null;
  readonly flags?: number;
  readonly ttl?: bigint;
}

export function create(opcode: number, { path, data = '', acl = OPEN_ACL, flags = 0, ttl = 1000n }: Create): Asked {
  const parts = [buf(path), buf(data), aclBytes(acl), i32(flags), ...(opcode === Op.createTtl ? [i64(ttl)] : [])];
  const lasting = opcode === Op.createTtl ? ` ttl=${ttl}` : '';
  return {
    opcode,
    body: Buffer.concat(parts),
    text: `${nameOf(opcode)} ${path} ${shown(data)} flags=${flags} acl=${aclText(acl)}${lasting}`,
  };
}

export const remove = (path: string | null, version = -1): Asked => ({
  opcode: Op.delete,
  body: Buffer.concat([buf(path), i32(version)]),
  text: `delete ${path} v${version}`,
});
export const check = (path: string | null, version = -1): Asked => ({
  opcode: Op.check,
  body: Buffer.concat([buf(path), i32(version)]),
  text: `check ${path} v${version}`,
});
export const setData = (path: string | null, data: string | null, version = -1): Asked => ({
  opcode: Op.setData,
  body: Buffer.concat([buf(path), buf(data), i32(version)]),
  text: `setData ${path} ${shown(data)} v${version}`,
});
export const setAcl = (path: string | null, acl: readonly AclEntry[] | null, version = -1): Asked => ({
  opcode: Op.setAcl,
  body: Buffer.concat([buf(path), aclBytes(acl), i32(version)]),
  text: `setAcl ${path} ${aclText(acl)} v${version}`,
});

/** exists, getData, getChildren, getChildren2. */
export const read = (opcode: number, path: string | null, watch = false): Asked => ({
  opcode,
  body: Buffer.concat([buf(path), bool(watch)]),
  text: `${nameOf(opcode)} ${path}${watch ? ' watch' : ''}`,
});
/** getAcl, sync, getEphemerals, getAllChildrenNumber: a path and no more. */
export const ofPath = (opcode: number, path: string | null): Asked => ({
  opcode,
  body: buf(path),
  text: `${nameOf(opcode)} ${path}`,
});
/** addWatch, removeWatches, checkWatches: a path and a number. */
export const ofWatch = (opcode: number, path: string | null, kind: number): Asked => ({
  opcode,
  body: Buffer.concat([buf(path), i32(kind)]),
  text: `${nameOf(opcode)} ${path} ${kind}`,
});
export const bare = (opcode: number): Asked => ({ opcode, body: Buffer.alloc(0), text: nameOf(opcode) });

export function multi(opcode: number, members: readonly Asked[]): Asked {
  const body = [
    ...members.flatMap((member) => [multiHeader(member.opcode, false), member.body]),
    multiHeader(-1, true),
  ];
  return {
    opcode,
    body: Buffer.concat(body),
    text: `${nameOf(opcode)} [${members.map(({ text }) => text).join('; ')}]`,
  };
}

function multiHeader(opcode: number, done: boolean): Buffer {
  return Buffer.concat([i32(opcode), bool(done), i32(-1)]);
}

export function auth(scheme: string, proof: string | null): Asked {
  return {
    opcode: Op.auth,
    xid: -4,
    body: Buffer.concat([i32(0), str(scheme), buf(proof)]),
    text: `auth ${scheme} ${proof}`,
  };
}

export function reconfig(): Asked {
  return {
    opcode: Op.reconfig,
    body: Buffer.concat([str('server.1=a:1:2;3'), buf(null), buf(null), i64(-1n)]),
    text: 'reconfig',
  };
}

/** setWatches with three lists, setWatches2 with five. */
export function setWatches(zxid: bigint, lists: readonly (readonly string[])[]): Asked {
  const opcode = lists.length === 3 ? Op.setWatches : Op.setWatches2;
  return {
    opcode,
    xid: -8,
    body: Buffer.concat([i64(zxid), ...lists.map((paths) => vec(...paths.map(str)))]),
    text: `${nameOf(opcode)} since ${zxid} ${JSON.stringify(lists)}`,
  };
}
