import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import fs, {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { OPEN_ACL, open } from '../../../lib/index.js';
import { startZooKeeper } from '../../../lib/testing/index.js';
import { readDataFile, writeDataFile } from '../../../lib/testing/zookeeper/dataFile.js';
import { DataTree } from '../../../lib/testing/zookeeper/store/dataTree.js';
import { Znode } from '../../../lib/testing/zookeeper/store/znode.js';

const CONTENT = { tree: new DataTree(true), zxid: 7, sessions: [[5n, 1000]] as const };

describe('a data file', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'quorum-rx-'))));
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('is written beside the old one in a file of its own, which nobody can guess or have put there', () => {
    const file = join(folder, 'tree');
    const other = join(folder, 'other');
    writeFileSync(other, 'precious');
    symlinkSync(other, `${file}.${process.pid}.tmp`);
    const opened = jest.spyOn(fs, 'openSync');
    writeDataFile(file, CONTENT);
    writeDataFile(file, CONTENT);
    const [first, second] = opened.mock.calls.filter(([, flags]) => flags !== 'r');
    expect([first![1], first![2], second![1]]).toEqual(['wx', 0o600, 'wx']);
    expect(first![0]).not.toBe(second![0]);
    expect(readFileSync(other, 'utf8')).toBe('precious');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['other', 'tree', `tree.${process.pid}.tmp`]);
  });

  it('takes the place of a symbolic link, and leaves what that leads to alone', () => {
    const other = join(folder, 'other');
    const file = join(folder, 'tree');
    writeFileSync(other, 'precious');
    symlinkSync(other, file);
    writeDataFile(file, CONTENT);
    expect([lstatSync(file).isSymbolicLink(), readFileSync(other, 'utf8')]).toEqual([false, 'precious']);
  });

  it('is whole, however little the system writes at once', () => {
    const file = join(folder, 'tree');
    const write = fs.writeSync as (to: number, bytes: Uint8Array, at: number, size?: number) => number;
    jest
      .spyOn(fs, 'writeSync')
      .mockImplementation(((to: number, bytes: Uint8Array, at: number) =>
        write(to, bytes, at, Math.min(10, bytes.length - at))) as never);
    writeDataFile(file, CONTENT);
    expect(readDataFile(file)).toMatchObject({ zxid: 7, sessions: [[5n, 1000]] });
  });

  it('stays what it was when it cannot be written, and nothing is left beside it', () => {
    const file = join(folder, 'tree');
    writeDataFile(file, CONTENT);
    const before = readFileSync(file);
    for (const result of [
      () => 0,
      () => {
        throw new Error('no space');
      },
    ]) {
      jest.spyOn(fs, 'writeSync').mockImplementation(result);
      expect(() => writeDataFile(file, { ...CONTENT, zxid: 8 })).toThrow(
        expect.objectContaining({ code: 'DATA_FILE' })
      );
      expect([readFileSync(file).equals(before), readdirSync(folder)]).toEqual([true, ['tree']]);
    }
  });

  describe('with a right digest, and content that this server did not write', () => {
    const MAGIC = 'quorum-rx tree 1\n';
    const START = MAGIC.length + 32;
    /** Changes the content of a file, and makes the digest match it. */
    const forged = (forge: (body: Buffer) => Buffer) => {
      const file = join(folder, 'tree');
      const tree = new DataTree(true);
      for (const path of ['/a', '/b'])
        tree.add(
          path,
          new Znode({ kind: 'persistent', owner: 0n, ttl: 0, data: null, acl: OPEN_ACL }, 1, 0),
          tree.get('/')!
        );
      writeDataFile(file, { ...CONTENT, tree });
      const body = forge(readFileSync(file).subarray(START));
      writeFileSync(file, Buffer.concat([Buffer.from(MAGIC), createHash('sha256').update(body).digest(), body]));
      return file;
    };
    const kindOfRoot = 4 + 8 + 4 + 12 + 4 + 5; // behind length, zxid, one session, the count of nodes, and "/"

    it.each<[string, (body: Buffer) => Buffer]>([
      ['it makes no tree', (body) => body.subarray(0, 3)],
      ['it makes no tree', (body) => body.subarray(0, body.length - 1)],
      ['1 bytes are left over', (body) => Buffer.concat([body, Buffer.from([0])])],
      ['/ is of no known kind', (body) => (body.writeInt32BE(9, kindOfRoot), body)],
      ["must start with '/'", (body) => (body.write('+', kindOfRoot - 1), body)],
      ['/zooke/zoo has no parent', (body) => (body.write('/zoo', body.indexOf('/zookeeper') + 6), body)],
      ['/a stands twice', (body) => (body.write('/a', body.indexOf('/b')), body)],
      ['there is no root', (body) => (body.writeInt32BE(0, kindOfRoot - 9), body.subarray(0, kindOfRoot - 5))],
    ])('is refused with an error that names the file: %s', (why, forge) => {
      const file = forged(forge);
      expect(() => readDataFile(file)).toThrow(expect.objectContaining({ code: 'BAD_DATA_FILE' }));
      expect(() => readDataFile(file)).toThrow(file);
      expect(() => readDataFile(file)).toThrow(why);
    });

    it('is refused so, or read, whatever bytes are other ones', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }), (changes) => {
          const file = forged((body) => {
            for (const [at, byte] of changes) body[at % body.length] = byte;
            return body;
          });
          try {
            expect(readDataFile(file)!.tree.nodes.has('/')).toBe(true);
          } catch (error) {
            expect(error).toMatchObject({ code: 'BAD_DATA_FILE' });
            expect((error as Error).message).toContain(file);
          }
        }),
        { numRuns: 200 }
      );
    });
  });

  it('is tried at the start, so that a folder that is not there is known at once', async () => {
    await expect(startZooKeeper({ dataFile: join(folder, 'no', 'tree') })).rejects.toMatchObject({ code: 'DATA_FILE' });
    await expect(startZooKeeper({ dataFile: folder })).rejects.toMatchObject({ code: 'BAD_DATA_FILE' });
  });

  it('that could not be written is written after the next change, or the server tells when it stops', async () => {
    const dataFile = join(folder, 'tree');
    const server = await startZooKeeper({ dataFile });
    const zk = await open(server.connectString, { sessionTimeout: 60_000 });
    rmSync(folder, { recursive: true });
    await firstValueFrom(zk.create('/a'));
    await zk[Symbol.asyncDispose]();
    await expect(server.stop()).rejects.toMatchObject({ code: 'DATA_FILE' });
    fs.mkdirSync(folder);
    await server.stop();
    expect(existsSync(dataFile)).toBe(true);
  });
});
