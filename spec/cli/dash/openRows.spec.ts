import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type KeyBranch, noKeys, treeOfKeys, withKey } from '../../../lib/cli/dash/keyBranch.js';
import { namesOf, parentOf, pathBelow } from '../../../lib/cli/dash/namesOf.js';
import { OpenRows } from '../../../lib/cli/dash/openRows.js';

const treeOf = (...keys: readonly string[]) =>
  treeOfKeys(noKeys<number>(), new Map(), new Map(keys.map((key) => [key, 1])), Object.is);
const shown = (tree: KeyBranch<number>, open: readonly string[], from = 0, count = 100) =>
  new OpenRows(tree, open).page(from, count).map(({ branch, level }) => `${'  '.repeat(level - 1)}${branch.path}`);

/** The same by going through the whole tree. */
function* slowly(branch: KeyBranch<number>, open: readonly string[]): Generator<string> {
  yield branch.path;
  if (open.includes(branch.path)) for (const child of branch.children.values()) yield* slowly(child, open);
}

describe('the rows of a tree', () => {
  const tree = treeOf('a/x', 'a/y/deep', 'b', 'c/z');

  it('are the root alone while nothing is open', () => expect(shown(tree, [])).toEqual(['/']));

  it('are the children of open nodes, below these', () => {
    expect(shown(tree, ['/', '/a', '/a/y'])).toEqual([
      '/',
      '  /a',
      '    /a/x',
      '    /a/y',
      '      /a/y/deep',
      '  /b',
      '  /c',
    ]);
  });

  it('do not have what is open below a closed node, or no more', () => {
    expect(shown(tree, ['/', '/a/y', '/gone', '/b'])).toEqual(['/', '  /a', '  /b', '  /c']);
  });

  it('know their place among their siblings', () => {
    const [, a, x] = new OpenRows(tree, ['/', '/a']).page(0, 3);
    expect(a).toMatchObject({ level: 2, place: 1, siblings: 3, isOpen: true });
    expect(x).toMatchObject({ level: 3, place: 1, siblings: 2, isOpen: false });
  });

  it('come in pages that together are all of them, whatever is open', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd', ''), { minLength: 1, maxLength: 4 });
    const keys = fc.array(
      names.map((all) => all.join('/')).filter((key) => key !== ''),
      { maxLength: 30 }
    );
    fc.assert(
      fc.property(keys, fc.array(fc.nat(), { maxLength: 12 }), fc.integer({ min: 1, max: 7 }), (all, picks, size) => {
        const grown = treeOf(...all);
        const every = new OpenRows(grown, ['/']);
        const paths = [...all.flatMap((key) => above(`/${key}`)), '/'];
        const open = [...new Set(picks.map((pick) => paths[pick % paths.length]!).concat('/'))];
        const expected = [...slowly(grown, open)];
        const rows = new OpenRows(grown, open);
        expect(rows.total).toBe(expected.length);
        const paged: string[] = [];
        for (let from = 0; from < rows.total; from += size)
          paged.push(...rows.page(from, size).map(({ branch }) => branch.path));
        expect(paged).toEqual(expected);
        for (const [i, path] of expected.entries()) expect(rows.indexOf({ path, typed: undefined })).toBe(i);
        expect(every.total).toBe(1 + grown.children.size);
      }),
      { numRuns: 300 }
    );
  });

  it('are found by the letters that a user types: the next sibling, and then the first', () => {
    const many = treeOf('Anna', 'apple', 'bert', 'anton');
    const rows = new OpenRows(many, ['/']);
    const found = (path: string, typed: string) => {
      const index = rows.indexOf({ path, typed });
      return index === undefined ? undefined : rows.page(index, 1)[0]!.branch.name;
    };
    expect(found('/bert', 'a')).toBe('Anna');
    expect(found('/Anna', 'an')).toBe('anton');
    expect(found('/anton', 'ap')).toBe('apple');
    expect(found('/apple', 'an')).toBe('Anna');
    expect(found('/apple', 'z')).toBeUndefined();
  });

  it('of 100,000 nodes cost no more than those in view', () => {
    let large = noKeys<number>();
    for (let i = 0; i < 100_000; i++) large = withKey(large, `/n${String(i).padStart(6, '0')}`, 1);
    const rows = new OpenRows(large, ['/']);
    expect(rows.total).toBe(100_001);
    expect(rows.page(50_000, 3).map(({ branch }) => branch.name)).toEqual(['n049999', 'n050000', 'n050001']);
    expect(rows.indexOf({ path: '/n099999', typed: undefined })).toBe(100_000);
  });
});

describe('a tree of keys', () => {
  it('keeps the branches that a change does not concern', () => {
    const before = treeOf('a/x', 'b/y');
    const after = withKey(before, '/a/z', 2);
    expect(after.children.get('b')).toBe(before.children.get('b'));
    expect(after.children.get('a')).not.toBe(before.children.get('a'));
  });

  it('has no branch that neither is a key nor leads to one', () => {
    expect(withKey(treeOf('a/b/c'), '/a/b/c', undefined).children.size).toBe(0);
    expect(shown(withKey(treeOf('a', 'a/b'), '/a', undefined), ['/', '/a'])).toEqual(['/', '  /a', '    /a/b']);
  });

  it('shows keys that begin with a slash, or have an empty name', () => {
    const odd = treeOf('/registry/pods', 'a//b');
    expect(shown(odd, ['/', '//registry', '/a', '/a/'])).toEqual([
      '/',
      '  //registry',
      '    //registry/pods',
      '  /a',
      '    /a/',
      '      /a//b',
    ]);
  });

  it('has paths that lead from names and back', () => {
    for (const path of ['/a', '/a/b', '//a', '//a/b', '//', '/a//b', '/a/'])
      expect([path, namesOf(path).reduce(pathBelow, '/')]).toEqual([path, path]);
    expect(parentOf('//a')).toEqual({ parent: '/', name: '/a' });
    expect(parentOf('/a/b')).toEqual({ parent: '/a', name: 'b' });
  });
});

function above(path: string): readonly string[] {
  const paths = [path];
  for (let at = path; at !== '/';) paths.push((at = parentOf(at).parent));
  return paths;
}
