import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../lib/core/errors.js';
import {
  checkPath,
  checkSequentialPath,
  inChroot,
  joinPath,
  nameOf,
  outOfChroot,
  parentOf,
  sequenceOf,
} from '../../lib/zookeeper/path.js';

const refused = (check: (path: string) => void, path: string) => {
  try {
    check(path);
    return false;
  } catch (error) {
    if (error instanceof UsageError) return true;
    throw error;
  }
};

/** The rules as the server's own source has them, word for word where it can be. */
function serverRefuses(path: string): boolean {
  if (path.length === 0 || path[0] !== '/') return true;
  if (path.length === 1) return false;
  if (path.at(-1) === '/') return true;
  // eslint-disable-next-line no-control-regex -- paths must not contain control characters
  if (/[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/.test(path)) return true; // without the u flag: per unit
  return path
    .slice(1)
    .split('/')
    .some((name) => name === '' || name === '.' || name === '..');
}

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('/', '/', '.', '..', 'a', 'bc', '-', ' ') },
  { weight: 1, arbitrary: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) }
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const path = text.map((rest) => `/${rest}`);
const name = fc.stringMatching(/^[a-z.]{0,5}[a-z]$/);
const good = fc.array(name, { maxLength: 5 }).map((names) => `/${names.join('/')}`);

describe('checkPath', () => {
  it.each([
    '/',
    '/a',
    '/a/b',
    '/.a',
    '/a.',
    '/...',
    '/..a/a../.a.',
    '/a b',
    '/ä/日本',
    '/a/0000000001',
    '/~\u00a0\ud7ff\uf900\uffef',
  ])('takes %j', (good) => {
    expect(() => checkPath(good)).not.toThrow();
  });

  it.each([
    '',
    'a',
    'a/b',
    './a',
    ' /a',
    '//',
    '/a/',
    '//a',
    '/a//b',
    '/.',
    '/..',
    '/./a',
    '/../a',
    '/a/.',
    '/a/..',
    '/a/./b',
    '/a/../b',
  ])('refuses %j', (bad) => {
    expect(refused(checkPath, bad)).toBe(true);
  });

  it.each([
    '\u0000',
    '\u0001',
    '\u001f',
    '\u007f',
    '\u009f',
    '\ud800',
    '\udbff',
    '\udc00',
    '\udfff',
    '\ue000',
    '\uf8ff',
    '\ufff0',
    '\uffff',
    '😀',
  ])('refuses %j wherever it stands', (bad) => {
    for (const where of [`/${bad}`, `/a${bad}`, `/${bad}/b`, `/a/b${bad}c/d`])
      expect(refused(checkPath, where)).toBe(true);
  });

  it('refuses exactly what the server does, unit by unit', () => {
    for (let unit = 0; unit <= 0xffff; unit++) {
      const one = `/a${String.fromCharCode(unit)}b`;
      if (refused(checkPath, one) !== serverRefuses(one)) throw new Error(`differs at U+${unit.toString(16)}`);
    }
  });

  it('refuses exactly what the server does, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(text, path, good), (any) => expect(refused(checkPath, any)).toBe(serverRefuses(any))),
      { numRuns: 3000 }
    );
  });

  it('names the argument and keeps the path', () => {
    const check = () => checkPath('/a/', 'options.root');
    expect(check).toThrow(
      expect.objectContaining({ argument: 'options.root', path: '/a/', layer: 'usage', effect: 'none' })
    );
    expect(() => checkPath('a')).toThrow(expect.objectContaining({ argument: 'path' }));
  });

  it.each([undefined, null, 5, {}, ['/a']])('refuses %p, which is no string', (bad) => {
    expect(refused(checkPath, bad as never)).toBe(true);
    expect(refused(checkSequentialPath, bad as never)).toBe(true);
  });
});

describe('checkSequentialPath', () => {
  it.each(['/', '/a/', '/a/lock-', '/a/.', '/a/..'])('takes %j, which a number will complete', (prefix) => {
    expect(() => checkSequentialPath(prefix)).not.toThrow();
  });

  it.each(['', 'a/', '//', '/a//', '/./', '/../x-', '/a\u0000/'])('refuses %j', (prefix) => {
    expect(() => checkSequentialPath(prefix, 'prefix')).toThrow(expect.objectContaining({ argument: 'prefix' }));
  });

  it('takes exactly what is a path once it has its number', () => {
    fc.assert(
      fc.property(fc.oneof(text, path, good), (any) =>
        expect(refused(checkSequentialPath, any)).toBe(serverRefuses(`${any}0000000000`))
      ),
      { numRuns: 3000 }
    );
  });
});

describe('joinPath, parentOf and nameOf', () => {
  it('puts a path together and takes it apart', () => {
    expect([joinPath('/', 'a'), joinPath('/a', 'b')]).toEqual(['/a', '/a/b']);
    expect([parentOf('/a/b/c'), parentOf('/a/b'), parentOf('/a')]).toEqual(['/a/b', '/a', '/']);
    expect([nameOf('/a/b'), nameOf('/a')]).toEqual(['b', 'a']);
  });

  it('ends at the root, which has no name and is its own parent', () => {
    expect([parentOf('/'), nameOf('/')]).toEqual(['/', '']);
  });

  it('is undone by itself', () => {
    fc.assert(
      fc.property(good, name, (parent, child) => {
        expect(parentOf(joinPath(parent, child))).toBe(parent);
        expect(nameOf(joinPath(parent, child))).toBe(child);
      })
    );
  });
});

describe('inChroot and outOfChroot', () => {
  it('puts every path below the chroot, and the root at it', () => {
    expect(inChroot('/app', '/a/b')).toBe('/app/a/b');
    expect(inChroot('/app', '/')).toBe('/app');
  });

  it('takes the chroot off again, on a component boundary only', () => {
    expect(outOfChroot('/app', '/app/a/b')).toBe('/a/b');
    expect(outOfChroot('/app', '/app')).toBe('/');
    expect(outOfChroot('/app', '/application')).toBe('/application');
    expect(outOfChroot('/app', '/application/a')).toBe('/application/a');
  });

  it('leaves alone what is outside', () => {
    expect(outOfChroot('/app', '/zookeeper/config')).toBe('/zookeeper/config');
    expect(outOfChroot('/app', '/ap')).toBe('/ap');
    expect(outOfChroot('/app', '/')).toBe('/');
    expect(outOfChroot('/app', '/x/app/a')).toBe('/x/app/a');
  });

  it.each(['', '/'])('does nothing under the chroot %j', (none) => {
    expect(['/', '/a/b'].map((each) => inChroot(none, each))).toEqual(['/', '/a/b']);
    expect(['/', '/a/b'].map((each) => outOfChroot(none, each))).toEqual(['/', '/a/b']);
  });

  it('comes back with the path that went in, and sends none that a server refuses', () => {
    fc.assert(
      fc.property(good, good, (root, inner) => {
        expect(outOfChroot(root, inChroot(root, inner))).toBe(inner);
        expect(serverRefuses(inChroot(root, inner))).toBe(false);
      })
    );
  });
});

describe('sequenceOf', () => {
  /** As the server writes it: `%010d`. */
  const written = (n: number) => (n < 0 ? `-${String(-n).padStart(9, '0')}` : String(n).padStart(10, '0'));

  it.each<[string, number | undefined]>([
    ['0000000000', 0],
    ['lock-0000000006', 6],
    ['_c_0f3e-latch-0000000003', 3],
    ['n2147483647', 2147483647],
    ['lock--2147483648', -2147483648],
    ['lock-2147483648', -2147483648],
    ['-2147483648', -2147483648],
    ['__lock__-1999999999', -1999999999],
    ['lock-2000000000', 2000000000],
    ['LOCK-2000000000', 2000000000],
    ['n7-2000000000', 2000000000],
    ['lock--000000001', -1],
    ['-000000001', -1],
    ['70000000001', 1],
    ['9999999999', undefined],
    ['lock--2999999999', undefined],
    ['-000000000', undefined],
    ['lock-1', undefined],
    ['0000000001x', undefined],
    ['lock-', undefined],
    ['', undefined],
  ])('reads %j as %p', (name, number) => {
    expect(sequenceOf(name)).toBe(number);
  });

  it.each(['', 'lock-', '__lock__', 'n_', 'é'])('reads back any number that a server appends to %j', (prefix) => {
    const int32 = fc.oneof(
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.constantFrom(-(2 ** 31), -1e9, -999999999, -1, 0, 999999999, 1e9, 2 ** 31 - 1)
    );
    fc.assert(fc.property(int32, (n) => expect(sequenceOf(prefix + written(n))).toBe(n)));
  });
});
