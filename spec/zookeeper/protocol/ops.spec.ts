import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProtocolError, ServerError } from '../../../lib/core/errors.js';
import { JuteReader } from '../../../lib/zookeeper/protocol/juteReader.js';
import { JuteWriter } from '../../../lib/zookeeper/protocol/juteWriter.js';
import type { Op } from '../../../lib/zookeeper/protocol/op.js';
import { getAcl, setAcl } from '../../../lib/zookeeper/protocol/ops/acl.js';
import { createOp } from '../../../lib/zookeeper/protocol/ops/createOp.js';
import { check, deleteNode } from '../../../lib/zookeeper/protocol/ops/deleteNode.js';
import { exists, existsWatched } from '../../../lib/zookeeper/protocol/ops/exists.js';
import {
  getChildren,
  getChildrenWithStat,
  readChildren,
  watchChildrenOnce,
} from '../../../lib/zookeeper/protocol/ops/getChildren.js';
import { getData } from '../../../lib/zookeeper/protocol/ops/getData.js';
import { getAllChildrenNumber, getEphemerals, whoAmI } from '../../../lib/zookeeper/protocol/ops/serverInfo.js';
import { type MultiPart, multi } from '../../../lib/zookeeper/protocol/ops/multi.js';
import { multiRead } from '../../../lib/zookeeper/protocol/ops/multiRead.js';
import { readNode } from '../../../lib/zookeeper/protocol/ops/readNode.js';
import { reconfig } from '../../../lib/zookeeper/protocol/ops/reconfig.js';
import { closeSession, sasl } from '../../../lib/zookeeper/protocol/ops/session.js';
import { setData } from '../../../lib/zookeeper/protocol/ops/setData.js';
import { chunked, setWatches } from '../../../lib/zookeeper/protocol/ops/setWatches.js';
import { sync } from '../../../lib/zookeeper/protocol/ops/sync.js';
import { addWatch, checkWatches, removeWatches } from '../../../lib/zookeeper/protocol/ops/watches.js';
import { opForVersion } from '../../../lib/zookeeper/protocol/opForVersion.js';
import { STAT, bool, buf, dataBody, header, hex, i32, stat, str, vec } from '../../helpers/wireBytes.js';

const ACL = [{ permissions: 31, scheme: 'world', id: 'anyone' }];
const A = '00000002 2f61';
const WORLD = '00000001 0000001f 00000005 776f726c64 00000006 616e796f6e65';
const node = (mode: Parameters<typeof createOp>[0], ttl?: number) => ({
  path: '/a',
  data: Buffer.from('x'),
  acl: ACL,
  mode,
  ttl,
});

function encoded<Q>(op: Op<Q, never> | Op<Q, unknown>, request: Q): Buffer {
  const out = new JuteWriter(1_048_575).begin();
  op.encode(out, request);
  out.end();
  return Buffer.from(out.take().subarray(4));
}

/** A reader that has read the header of a reply. */
function replied(body: Buffer, zxid = 0x99n): JuteReader {
  const bytes = Buffer.concat([header(1, zxid), body]);
  return new JuteReader().reset(bytes, 0, bytes.length).skip(16);
}

const decoded = <Q, R>(op: Op<Q, R>, body: Buffer, request: Q): R => op.decode(replied(body), request);
const line = <Q>(op: Op<Q, never> | Op<Q, unknown>, request: Q, opcode: number, body: string) => ({
  name: op.name,
  op: op as Op<unknown, unknown>,
  request: request as unknown,
  opcode,
  body,
});

describe('requests, byte by byte', () => {
  it.each([
    line(createOp('persistent'), node('persistent'), 15, `${A} 00000001 78 ${WORLD} 00000000`),
    line(createOp('ephemeral'), { ...node('ephemeral'), data: null }, 15, `${A} ffffffff ${WORLD} 00000001`),
    line(
      createOp('persistentSequential'),
      { ...node('persistentSequential'), data: Buffer.alloc(0) },
      15,
      `${A} 00000000 ${WORLD} 00000002`
    ),
    line(createOp('ephemeralSequential'), node('ephemeralSequential'), 15, `${A} 00000001 78 ${WORLD} 00000003`),
    line(createOp('container'), node('container'), 19, `${A} 00000001 78 ${WORLD} 00000004`),
    line(
      createOp('persistentWithTtl'),
      node('persistentWithTtl', 2 ** 33),
      21,
      `${A} 00000001 78 ${WORLD} 00000005 0000000200000000`
    ),
    line(
      createOp('persistentSequentialWithTtl'),
      node('persistentSequentialWithTtl', 1),
      21,
      `${A} 00000001 78 ${WORLD} 00000006 0000000000000001`
    ),
    line(deleteNode, { path: '/a', version: 3 }, 2, `${A} 00000003`),
    line(check, { path: '/a', version: -1 }, 13, `${A} ffffffff`),
    line(exists, '/a', 3, `${A} 00`),
    line(existsWatched, '/a', 3, `${A} 01`),
    line(getData, '/a', 4, `${A} 00`),
    line(readNode, '/a', 4, `${A} 00`),
    line(setData, { path: '/a', data: Buffer.from('x'), version: -1 }, 5, `${A} 00000001 78 ffffffff`),
    line(setData, { path: '/a', data: null, version: 7 }, 5, `${A} ffffffff 00000007`),
    line(getAcl, '/a', 6, A),
    line(setAcl, { path: '/a', acl: ACL, version: 2 }, 7, `${A} ${WORLD} 00000002`),
    line(getChildren, '/a', 8, `${A} 00`),
    line(watchChildrenOnce, '/a', 8, `${A} 01`),
    line(sync, '/a', 9, A),
    line(getChildrenWithStat, '/a', 12, `${A} 00`),
    line(readChildren, '/a', 12, `${A} 00`),
    line(
      reconfig,
      { joining: ['server.4=h'], leaving: [2, 3] },
      16,
      '0000000a 7365727665722e343d68 00000003 322c33 ffffffff ffffffffffffffff'
    ),
    line(reconfig, { members: ['a', 'b'], fromVersion: 5n }, 16, 'ffffffff ffffffff 00000003 612c62 0000000000000005'),
    line(checkWatches, { path: '/a', type: 'children' }, 17, `${A} 00000001`),
    line(checkWatches, { path: '/a', type: 'data' }, 17, `${A} 00000002`),
    line(removeWatches, { path: '/a', type: 'any' }, 18, `${A} 00000003`),
    line(removeWatches, { path: '/a', type: 'persistent' }, 18, `${A} 00000004`),
    line(removeWatches, { path: '/a', type: 'persistentRecursive' }, 18, `${A} 00000005`),
    line(
      setWatches,
      { zxid: 9n, data: ['/a'], exist: [], children: ['/a', '/a'] },
      101,
      `0000000000000009 00000001 ${A} 00000000 00000002 ${A} ${A}`
    ),
    line(sasl, Buffer.from('x'), 102, '00000001 78'),
    line(sasl, null, 102, 'ffffffff'),
    line(getEphemerals, '/a', 103, A),
    line(getAllChildrenNumber, '/a', 104, A),
    line(addWatch, { path: '/a', mode: 'persistent' }, 106, `${A} 00000000`),
    line(addWatch, { path: '/a', mode: 'persistentRecursive' }, 106, `${A} 00000001`),
    line(whoAmI, undefined, 107, ''),
    line(closeSession, undefined, -11, ''),
    line(
      multi,
      [
        { op: createOp('persistent'), request: node('persistent') },
        { op: check, request: { path: '/a', version: 1 } },
      ],
      14,
      `0000000f 00 ffffffff ${A} 00000001 78 ${WORLD} 00000000  ` +
        `0000000d 00 ffffffff ${A} 00000001  ffffffff 01 ffffffff`
    ),
    line(multi, [], 14, 'ffffffff 01 ffffffff'),
    line(
      multiRead,
      [
        { op: getData, request: '/a' },
        { op: getChildren, request: '/a' },
      ],
      22,
      `00000004 00 ffffffff ${A} 00  00000008 00 ffffffff ${A} 00  ffffffff 01 ffffffff`
    ),
  ])('$name, opcode $opcode', ({ op, request, opcode, body }) => {
    expect(op.opcode).toBe(opcode);
    expect(encoded(op, request).toString('hex')).toBe(hex(body).toString('hex'));
  });

  it('servers before 3.5 get a create, which tells no Stat', () => {
    const old = opForVersion(createOp('persistent'), 30400) as Op<ReturnType<typeof node>, unknown>;
    expect([old.opcode, opForVersion(createOp('persistent') as never, 30500).opcode]).toEqual([1, 15]);
    expect(encoded(old, node('persistent'))).toEqual(hex(`${A} 00000001 78 ${WORLD} 00000000`));
    expect(old.decode(replied(str('/a')), node('persistent'))).toEqual({ path: '/a' });
  });

  it.each([
    [createOp('container'), 30501],
    [createOp('persistentWithTtl'), 30503],
    [reconfig, 30500],
    [removeWatches, 30500],
    [addWatch, 30600],
    [multiRead, 30600],
    [getEphemerals, 30600],
    [whoAmI, 30700],
  ] as Array<[Op<never, unknown>, number]>)('what is new is not sent to servers that are older (%#)', (op, since) => {
    expect(opForVersion(op as never, since)).toBe(op);
    expect(() => opForVersion(op as never, since - 1)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', number: -6 })
    );
  });
});

describe('replies', () => {
  it('are read, each with its fields in their places', () => {
    const names = vec(str('x'), str('y'));
    const some = Buffer.concat([buf('data'), stat()]);
    expect(decoded(getData, some, '/a')).toEqual({ value: Buffer.from('data'), stat: STAT });
    expect(decoded(getData, Buffer.concat([buf(null), stat()]), '/a').value).toBeNull();
    expect(decoded(readNode, some, '/a')).toEqual({
      kind: 'present',
      value: Buffer.from('data'),
      stat: STAT,
      zxid: 0x99n,
    });
    expect(decoded(exists, stat(), '/a')).toEqual(STAT);
    expect(decoded(setData, stat(), { path: '/a', data: null, version: -1 })).toEqual(STAT);
    expect(decoded(createOp('persistent'), Buffer.concat([str('/a1'), stat()]), node('persistent'))).toEqual({
      path: '/a1',
      stat: STAT,
    });
    expect(decoded(getChildren, names, '/a')).toEqual(['x', 'y']);
    expect(decoded(getChildrenWithStat, Buffer.concat([names, stat()]), '/a')).toEqual({
      names: ['x', 'y'],
      stat: STAT,
    });
    expect(decoded(readChildren, Buffer.concat([names, stat()]), '/a')).toEqual({
      kind: 'present',
      names: ['x', 'y'],
      stat: STAT,
      zxid: 0x99n,
    });
    expect(decoded(getAcl, Buffer.concat([hex(WORLD), stat()]), '/a')).toEqual({ acl: ACL, stat: STAT });
    expect(decoded(sync, str('/a'), '/a')).toBe('/a');
    expect(decoded(getEphemerals, names, '/')).toEqual(['x', 'y']);
    expect(decoded(getAllChildrenNumber, i32(12), '/')).toBe(12);
    expect(decoded(whoAmI, vec(Buffer.concat([str('ip'), str('::1')])), undefined)).toEqual([
      { scheme: 'ip', user: '::1' },
    ]);
    expect(decoded(reconfig, some, {})).toEqual({ value: Buffer.from('data'), stat: STAT });
    expect([
      decoded(sasl, buf('t'), null),
      decoded(sasl, buf(null), null),
      decoded(sasl, Buffer.alloc(0), null),
    ]).toEqual([Buffer.from('t'), null, null]);
    expect(decoded(addWatch, i32(0), { path: '/a', mode: 'persistent' })).toBeUndefined();
  });

  it('to a watch, "no node" and "no permission" are answers', () => {
    const refused = (op: Op<string, unknown>, code: number) => op.refused?.(code, replied(Buffer.alloc(0)), '/a');
    for (const op of [readNode, readChildren]) {
      expect(refused(op, -101)).toEqual({ kind: 'absent', zxid: 0x99n });
      expect(refused(op, -102)).toEqual({ kind: 'denied', zxid: 0x99n });
      expect(refused(op, -4)).toBeUndefined();
    }
    expect([refused(exists, -101), refused(exists, -102)]).toEqual([null, undefined]);
  });

  it.each<[string, Op<never, unknown>, Buffer]>([
    ['a Stat that is cut', exists as never, stat().subarray(0, 67)],
    ['no body', getData as never, Buffer.alloc(0)],
    ['data without Stat', getData as never, buf('x')],
    ['a list of identities that the frame cannot hold', whoAmI as never, i32(1000)],
    ['an ACL that the frame cannot hold', getAcl as never, Buffer.concat([i32(2 ** 31 - 1), stat()])],
    ['an ACL of -1 entries', getAcl as never, Buffer.concat([i32(-1), stat()])],
    ['a number that is cut', getAllChildrenNumber as never, hex('0000')],
  ])('are refused: %s', (_, op, body) => {
    expect(() => (op as Op<unknown, unknown>).decode(replied(body), '/a')).toThrow(ProtocolError);
  });

  it('of random bytes throw a ProtocolError or give a value', () => {
    const ops = [
      exists,
      getData,
      readNode,
      getChildren,
      getChildrenWithStat,
      readChildren,
      getAcl,
      setData,
      sync,
      whoAmI,
      getEphemerals,
      reconfig,
      createOp('persistent'),
    ] as Array<Op<never, unknown>>;
    fc.assert(
      fc.property(fc.constantFrom(...ops), fc.uint8Array({ maxLength: 160 }), (op, junk) => {
        try {
          (op as Op<unknown, unknown>).decode(replied(Buffer.from(junk)), '/a');
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 500 }
    );
  });
});

const mark = (type: number, done = false, error = 0) => Buffer.concat([i32(type), bool(done), i32(error)]);
const END = mark(-1, true, -1);
const failed = (code: number) => Buffer.concat([mark(-1, false, code), i32(code)]);

describe('multi', () => {
  const part = <Q>(op: Op<Q, never> | Op<Q, unknown>, request: Q): MultiPart => ({ op: op, request });
  const parts = [
    part(createOp('persistent'), node('persistent')),
    part(setData, { path: '/b', data: null, version: -1 }),
    part(deleteNode, { path: '/c', version: -1 }),
    part(check, { path: '/d', version: 1 }),
  ];

  it('reads one result for each operation', () => {
    const body = Buffer.concat([mark(15), str('/a'), stat(), mark(5), stat(), mark(2), mark(13), END]);
    expect(decoded(multi, body, parts)).toEqual([{ path: '/a', stat: STAT }, STAT, undefined, undefined]);
  });

  it('goes by the type in the result: some servers answer create2 as create (ZOOKEEPER-4026)', () => {
    const body = Buffer.concat([mark(1), str('/a'), mark(5), stat(), mark(2), mark(13), END]);
    expect(decoded(multi, body, parts)[0]).toEqual({ path: '/a' });
  });

  it('of nothing has no results', () => expect(decoded(multi, END, [])).toEqual([]));

  it.each([
    [[-110, -2, -2, -2], 0, 'NODE_EXISTS', '/a'],
    [[0, -103, -2, -2], 1, 'BAD_VERSION', '/b'],
    [[0, 0, -101, -2], 2, 'NO_NODE', '/c'],
    [[0, 0, 0, -103], 3, 'BAD_VERSION', '/d'],
    [[0, -999, -2, -2], 1, 'UNKNOWN', '/b'],
    [[0, 0, -2, -2], 2, 'RUNTIME_INCONSISTENCY', '/c'],
  ])('that failed with %j names the culprit', (codes, index, code, path) => {
    const act = () => decoded(multi, Buffer.concat([...codes.map(failed), END]), parts);
    expect(act).toThrow(expect.objectContaining({ code, index, path }));
    expect(act).toThrow(ServerError);
  });

  it.each<[string, Buffer[]]>([
    ['too few results', [mark(2), END]],
    ['too many results', [mark(2), mark(2), mark(2), mark(2), mark(2), END]],
    ['no end', [mark(2), mark(2), mark(2), mark(2)]],
    ['a type that is none', [mark(77), END]],
    ['a result that is cut', [mark(5), stat().subarray(1)]],
  ])('is refused with %s', (_, body) =>
    expect(() => decoded(multi, Buffer.concat(body), parts)).toThrow(ProtocolError)
  );

  it('sends the form of each operation that the server understands', () => {
    const [first] = multi.adapt!([parts[0]!], 30400);
    expect([first!.op.opcode, multi.adapt!([parts[0]!], 30800)[0]!.op.opcode]).toEqual([1, 15]);
    expect(() => multi.adapt!([part(createOp('container'), node('container'))], 30400)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED' })
    );
  });

  it('takes paths below a root on the way there, and off it on the way back', () => {
    const [created] = multi.root!([parts[0]!], '/app');
    expect(created!.request).toMatchObject({ path: '/app/a' });
    expect(multi.unroot!([{ path: '/app/a', stat: STAT }, STAT, undefined], '/app')).toEqual([
      { path: '/a', stat: STAT },
      STAT,
      undefined,
    ]);
  });
});

describe('multiRead', () => {
  const parts = [
    { op: getData as never, request: '/a' },
    { op: getChildren as never, request: '/b' },
    { op: getData as never, request: '/c' },
  ];

  it('has one outcome for each read: a failure is its own', () => {
    const body = Buffer.concat([mark(4), dataBody('x'), failed(-101), mark(4), dataBody(null), END]);
    expect(decoded(multiRead, body, parts)).toEqual([
      { value: { value: Buffer.from('x'), stat: STAT } },
      { code: -101 },
      { value: { value: null, stat: { ...STAT, dataLength: 0 } } },
    ]);
  });

  it.each<[string, Buffer[]]>([
    ['another type than was asked for', [mark(8), vec()]],
    ['too few results', [mark(4), dataBody('x'), END]],
    ['too many results', [failed(-1), failed(-1), failed(-1), failed(-1), END]],
    ['no end', [failed(-1), failed(-1), failed(-1)]],
  ])('is refused with %s', (_, body) =>
    expect(() => decoded(multiRead, Buffer.concat(body), parts)).toThrow(ProtocolError)
  );
});

describe('chunked setWatches', () => {
  const paths = (count: number, length: number, name: string) =>
    Array.from({ length: count }, (_, i) => `/${name}${i}`.padEnd(length, 'é'));
  const joined = (chunks: ReturnType<typeof chunked>) => ({
    data: chunks.flatMap(({ data }) => data),
    exist: chunks.flatMap(({ exist }) => exist),
    children: chunks.flatMap(({ children }) => children),
  });

  it('is nothing for nothing, and one request for little', () => {
    expect(chunked({ zxid: 1n, data: [], exist: [], children: [] })).toEqual([]);
    expect(chunked({ zxid: 1n, data: ['/a'], exist: ['/b'], children: ['/c'] })).toEqual([
      { zxid: 1n, data: ['/a'], exist: ['/b'], children: ['/c'] },
    ]);
  });

  it('counts bytes, not characters: each request fits, nothing is lost, and all are of one transaction', () => {
    const request = {
      zxid: 5n,
      data: paths(3000, 60, 'd'),
      exist: paths(2000, 60, 'e'),
      children: paths(2000, 60, 'c'),
    };
    const chunks = chunked(request);
    expect(joined(chunks)).toEqual({ data: request.data, exist: request.exist, children: request.children });
    expect(chunks.length).toBeGreaterThan(4);
    for (const chunk of chunks) {
      expect(chunk.zxid).toBe(5n);
      expect(encoded(setWatches, chunk).length).toBeLessThanOrEqual(128 * 1024 + 20);
    }
  });

  it('keeps to what the server takes, if that is less', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 40 }), { maxLength: 40 }),
        fc.integer({ min: 200, max: 600 }),
        (names, limit) => {
          const list = names.map((name) => Buffer.from(`/${name}`).toString());
          const chunks = chunked({ zxid: 1n, data: list, exist: list, children: list }, limit);
          expect(joined(chunks)).toEqual({ data: list, exist: list, children: list });
          for (const chunk of chunks) expect(encoded(setWatches, chunk).length + 8).toBeLessThanOrEqual(limit);
        }
      )
    );
  });

  it('sends a path that fills a request on its own', () => {
    const long = `/${'x'.repeat(200_000)}`;
    expect(chunked({ zxid: 1n, data: ['/a', long, '/b'], exist: [], children: [] }).map(({ data }) => data)).toEqual([
      ['/a'],
      [long],
      ['/b'],
    ]);
  });
});
