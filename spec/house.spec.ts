import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pageProse, prose } from './helpers/comments.js';
import { ROOT } from './helpers/project.js';

/** Folders of spec/ that mirror those of lib/. The others are for tools, helpers, and the package as a whole. */
const MIRRORS = 'core bytes operators transport client lease zookeeper arakoon hive store bridge testing cli'.split(
  ' '
);
const WIDTH = 120;
const CODE = /\.(ts|tsx|mjs|cjs|cts|svelte|js|py|sh)$/;
/** Data, and files that a tool writes. */
const NO_CODE = /^(spec\/fixtures|examples\/\.out)\//;
/** Words that stand for a noun or for a person without naming either: hard to read, and easy to replace. */
const CONTORTED = /\b(what|whoever|nobody|somebody|anew)\b/gi;
/** The most contorted words in 10,000 words of prose. */
const MOST = 25;

const below = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name).slice(ROOT.length + 1) }))
    .filter(({ path }) => !NO_CODE.test(path));

describe('a folder of specs', () => {
  it('mirrors the folder of lib/ whose files it tests', () => {
    const specs = MIRRORS.flatMap((name) => below(`spec/${name}`).filter(({ entry }) => entry.isFile()));
    const folders = [...new Set(specs.map(({ path }) => dirname(path)))];
    expect(folders.length).toBeGreaterThan(20);
    expect(folders.filter((folder) => !existsSync(join(ROOT, folder.replace(/^spec/, 'lib'))))).toEqual([]);
  });
});

describe('a file', () => {
  it(`has at most ${WIDTH} characters in a line`, () => {
    const files = ['build', 'lib', 'spec', 'examples'].flatMap((folder) => below(folder).map(({ path }) => path));
    const long = files
      .filter((path) => CODE.test(path))
      .flatMap((path) =>
        readFileSync(join(ROOT, path), 'utf8')
          .split('\n')
          .flatMap((line, i) => (line.length > WIDTH ? [`${path}:${i + 1}: ${line.length} characters`] : []))
      );
    expect(long).toEqual([]);
  });
});

describe('plain English', () => {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

  it('is the language of the comments of lib/', () => {
    const files = below('lib').filter(({ path }) => path.endsWith('.ts'));
    expectPlain(files.map(({ path }) => ({ path, text: prose(read(path)).join('\n') })));
  });

  it('is the language of the documentation', () => {
    const pages = below('docs').map(({ path }) => path);
    const files = ['README.md', 'CONTRIBUTING.md', ...pages.filter((path) => path.endsWith('.md'))];
    expectPlain(files.map((path) => ({ path, text: pageProse(read(path)) })));
  });
});

/** Fails, and names the worst files, when these texts together have too many contorted words. */
function expectPlain(texts: readonly { readonly path: string; readonly text: string }[]): void {
  const words = texts.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}'’-]+/gu) ?? []).length, 0);
  const contorted = texts.map(({ path, text }) => ({ path, count: (text.match(CONTORTED) ?? []).length }));
  const share = (contorted.reduce((sum, { count }) => sum + count, 0) / words) * 10_000;
  const worst = contorted.sort((a, b) => b.count - a.count).slice(0, 10);
  if (share > MOST) throw new Error(`${share.toFixed(1)} in 10,000 words; most in ${JSON.stringify(worst)}`);
  expect(words).toBeGreaterThan(10_000);
}
