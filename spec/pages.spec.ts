import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import * as wrpme from '../lib/hive/wrpme/index.js';
import { MemoryStore, hive, nearCache } from '../lib/hive/index.js';
import { ROOT, doors } from './helpers/project.js';

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`);
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/README.md', ...docs];
/** The words that stand in backticks on a page. */
const words = (file: string) => new Set([...read(file).matchAll(/`([^`\n]+)`/g)].map(([, word]) => word!));

describe('docs/errors.md', () => {
  it('has every code of an error', () => {
    const codes = errorCodes();
    const known = words('docs/errors.md');
    expect(codes).toEqual(expect.arrayContaining(['NO_NODE', 'NOT_MASTER', 'COMPACTED', 'ALIAS_NOT_FOUND', 'CLOSED']));
    expect(codes.filter((code) => !known.has(code))).toEqual([]);
  });
});

describe('the pages about the hive', () => {
  it('have each method of a hive', () => {
    const store = new MemoryStore();
    const methods = Object.keys(nearCache(hive((place) => store.cells(place))));
    const inherited = Object.keys(hive((place) => store.cells(place)));
    const page = read('docs/hive.md');
    const all = [...new Set([...methods, ...inherited])];
    expect(all.length).toBeGreaterThan(20);
    expect(all.filter((name) => !new RegExp(`[\`.]${name}\\b`).test(page))).toEqual([]);
  });

  it('have each word of wrpme', () => {
    const page = read('docs/parity.md');
    expect(Object.keys(wrpme).filter((name) => !new RegExp(`\`.*\\b${name}\\b.*\``).test(page))).toEqual([]);
    expect(Object.keys(wrpme).filter((name) => name.startsWith('error_'))).toHaveLength(17);
  });
});

describe('README.md', () => {
  it('has every entry point', () => {
    const known = words('README.md');
    expect(doors().filter(({ name }) => !known.has(name))).toEqual([]);
  });

  it('leads to every page of docs/', () => {
    const text = read('README.md');
    expect(docs.filter((page) => !text.includes(`(${page})`) && !text.includes(`(${page}#`))).toEqual([]);
  });
});

describe('a link', () => {
  it.each(pages)('leads somewhere: %s', (page) => {
    const links = [...withoutCode(read(page)).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)];
    const isDead = ([, path = '', anchor]: readonly (string | undefined)[]) => {
      const target = path === '' ? page : normalize(join(dirname(page), path));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchors(target).has(anchor);
    };
    expect(links.filter(isDead).map(([link]) => link)).toEqual([]);
  });
});

function withoutCode(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, '');
}

/** The headings of a page, as links name them. */
function anchors(file: string): Set<string> {
  const headings = [...withoutCode(read(file)).matchAll(/^#+ (.*)$/gm)];
  return new Set(
    headings.map(([, heading]) =>
      heading!
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-')
    )
  );
}

/** The codes of the type `ErrorCode`, for a program that imports every entry point. */
function errorCodes(): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    ROOT
  );
  const rootNames = doors().map(({ source }) => join(ROOT, source));
  const program = ts.createProgram({ rootNames, options });
  const checker = program.getTypeChecker();
  const core = program.getSourceFile(join(ROOT, 'lib/core/errors.ts'))!;
  const symbol = checker
    .getExportsOfModule(checker.getSymbolAtLocation(core)!)
    .find(({ name }) => name === 'ErrorCode');
  const type = checker.getDeclaredTypeOfSymbol(symbol!);
  return (type.isUnion() ? type.types : [type]).map((one) => (one.isStringLiteral() ? one.value : String(one.flags)));
}
