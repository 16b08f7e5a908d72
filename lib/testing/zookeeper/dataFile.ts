import { createHash, randomUUID } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConnectError } from '../../core/errors.js';
import { checkPath } from '../../zookeeper/path.js';
import { readAcl, writeAcl } from '../../zookeeper/protocol/aclCodec.js';
import { JuteReader } from '../../zookeeper/protocol/juteReader.js';
import { JuteWriter } from '../../zookeeper/protocol/juteWriter.js';
import { DataTree, parentPath } from './store/dataTree.js';
import { type NodeKind, Znode } from './store/znode.js';
import { writeLong } from './store/nodeStat.js';

const MAGIC = 'quorum-rx tree 1\n';
const KINDS: readonly NodeKind[] = ['persistent', 'ephemeral', 'container', 'ttl'];
const DIGEST = 32;
const SMALLEST = 60;

declare module '../../core/errors.js' {
  interface KnownErrors {
    readonly dataFile: ConnectError<'DATA_FILE' | 'BAD_DATA_FILE'>;
  }
}

/** The data that a server keeps over restarts. */
export interface Stored {
  readonly tree: DataTree;
  readonly zxid: number;
  /** Ids and timeouts. */
  readonly sessions: readonly (readonly [bigint, number])[];
}

/**
 * Writes it all to a file, or nothing: a reader finds the old state or the new one. Throws a `ConnectError` where that
 * cannot be done.
 */
export function writeDataFile(file: string, { tree, zxid, sessions }: Stored): void {
  const out = new JuteWriter(2 ** 31 - 1).begin();
  writeLong(out, zxid);
  out.int(sessions.length);
  for (const [id, timeout] of sessions) out.long(id).int(timeout);
  out.int(tree.nodes.size);
  for (const [path, node] of tree.nodes) {
    out.string(path).int(KINDS.indexOf(node.kind)).long(node.owner).buffer(node.data);
    for (const number of [node.ttl, node.czxid, node.mzxid, node.pzxid, node.ctime, node.mtime]) writeLong(out, number);
    out.int(node.version).int(node.aversion).int(node.creations);
    writeAcl(out, node.acl);
  }
  out.end();
  const body = out.take();
  replaceFile(file, Buffer.concat([Buffer.from(MAGIC), digest(body), body]));
}

/**
 * The new content stands beside the old one, in a file that no other program can have put there, until it is whole and
 * on the disk.
 */
function replaceFile(file: string, content: Uint8Array): void {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const to = openSync(temporary, 'wx', 0o600);
    try {
      writeWhole(to, content);
      fsyncSync(to);
    } finally {
      closeSync(to);
    }
    renameSync(temporary, file);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new ConnectError(`cannot write ${file}: ${String(cause instanceof Error ? cause.message : cause)}`, {
      code: 'DATA_FILE',
      cause,
    });
  }
  syncFolder(dirname(file));
}

/** One call may write less than it was given, as on a disk that is nearly full. */
function writeWhole(to: number, content: Uint8Array): void {
  for (let at = 0; at < content.length;) {
    const written = writeSync(to, content, at);
    if (written === 0) throw new Error(`only ${at} of ${content.length} bytes were taken`);
    at += written;
  }
}

/** So that the new name outlives a crash of the machine. Some systems do not let folders be opened. */
function syncFolder(folder: string): void {
  let from: number | undefined;
  try {
    from = openSync(folder, 'r');
    fsyncSync(from);
  } catch {
    // the file itself is on the disk
  } finally {
    if (from !== undefined) closeSync(from);
  }
}

/** Reads the file; `undefined` where there is none. Throws when it is damaged, or something else. */
export function readDataFile(file: string): Stored | undefined {
  if (!existsSync(file)) return undefined;
  const bytes = contentOf(file);
  const body = bytes.subarray(MAGIC.length + DIGEST);
  const kept = bytes.subarray(MAGIC.length, MAGIC.length + DIGEST);
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw broken(file, 'it was not written by this server');
  if (!digest(body).equals(kept)) throw broken(file, 'it is damaged: its digest does not match');
  try {
    return readStored(new JuteReader().reset(body, 4, body.length));
  } catch (cause) {
    throw broken(file, `it makes no tree: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw broken(file, 'it cannot be read', cause);
  }
}

/** Throws where bytes are not what {@link writeDataFile} writes, though their digest is right. */
function readStored(input: JuteReader): Stored {
  const zxid = input.time();
  const sessions = Array.from({ length: input.count(12) }, () => [input.long(), input.int()] as const);
  const tree = readTree(input);
  if (input.left > 0) throw new Error(`${input.left} bytes are left over`);
  return { zxid, sessions, tree };
}

function readTree(input: JuteReader): DataTree {
  const tree = new DataTree(false);
  tree.nodes.clear();
  for (let left = input.count(SMALLEST); left > 0; left--) {
    const [path, kind, owner, data] = [input.string(), KINDS[input.int()], input.long(), input.buffer()];
    if (kind === undefined) throw new Error(`${path} is of no known kind`);
    const [ttl, czxid, mzxid, pzxid, ctime, mtime] = Array.from({ length: 6 }, () => input.time()) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const node = new Znode({ kind, owner, ttl, data, acl: [] }, czxid, ctime);
    Object.assign(node, {
      mzxid,
      pzxid,
      mtime,
      version: input.int(),
      aversion: input.int(),
      creations: input.int(),
      acl: readAcl(input),
    });
    if (tree.nodes.has(path)) throw new Error(`${path} stands twice`);
    if (path === '/') tree.nodes.set(path, node);
    else tree.add(path, node, parentIn(tree, path));
  }
  if (!tree.nodes.has('/')) throw new Error('there is no root');
  return tree;
}

/** Nodes stand behind those above them. */
function parentIn(tree: DataTree, path: string): Znode {
  checkPath(path);
  const parent = tree.nodes.get(parentPath(path));
  if (parent === undefined) throw new Error(`${path} has no parent`);
  return parent;
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

function broken(file: string, why: string, cause?: unknown): ConnectError<'BAD_DATA_FILE'> {
  return new ConnectError(`cannot start from ${file}: ${why}`, { code: 'BAD_DATA_FILE', cause });
}
