import { beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { ROOT, build, node } from '../helpers/project.js';

/** Where spec/setup.sh installs a bundler, and links this package. */
const APP = join(ROOT, '.cache/frameworks');
const BUNDLER = join(APP, 'node_modules/esbuild');
/** The most bytes of a bundle for one use of the package: minified, compressed by gzip, without RxJS. */
const LARGEST = {
  "import { isCoordinationError } from 'quorum-rx'": 200,
  "import { lock } from 'quorum-rx'": 9_500,
  "import { connect } from 'quorum-rx'": 46_400,
  "import { connect } from 'quorum-rx/etcd'": 45_000,
  "import { connect } from 'quorum-rx/arakoon'": 29_000,
  "import { retryIf } from 'quorum-rx/operators'": 1_650,
  "import { live } from 'quorum-rx/store'": 1_400,
  "import * as store from 'quorum-rx/store'": 2_000,
  "import { bridge } from 'quorum-rx/bridge'": 6_700,
  "import { fromBridge } from 'quorum-rx/bridge/browser'": 3_000,
};

const files = (folder: string, end: string) =>
  readdirSync(join(ROOT, 'dist', folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => join(ROOT, 'dist', folder, file));
const read = (file: string) => readFileSync(file, 'utf8');

beforeAll(() => build());

describe('a bundle of a program that uses the package', () => {
  it('has room for little more than the program uses', async () => {
    const fixture = join(__dirname, 'fixture/sizes.mjs');
    const sizes = JSON.parse(await node([fixture, BUNDLER, APP, ...Object.keys(LARGEST)])) as Record<string, number>;
    const tooLarge = Object.entries(LARGEST).filter(([use, most]) => !(sizes[use]! > 0 && sizes[use]! <= most));
    expect(tooLarge.map(([use, most]) => `${use}: ${sizes[use]} bytes, not ${most}`)).toEqual([]);
  });

  it('has nothing of the parts of a shared file that the program does not use', async () => {
    const ofLibrary = new Set(files('cjs/chunks', '.js').map((file) => basename(file)));
    const shared = files('esm/chunks', '.js').filter((file) => ofLibrary.has(basename(file)));
    expect(shared.length).toBeGreaterThan(8);
    const kept = JSON.parse(await node([join(__dirname, 'fixture/unused.mjs'), BUNDLER, ...shared])) as object;
    expect(kept).toEqual(Object.fromEntries(shared.map((file) => [file, []])));
  });
});

describe('a file of dist', () => {
  it.each(['esm', 'cjs'])('imports no file that imports it, in %s', (format) => {
    const imports = /^(?:import|export) .* from "(\.[^"]+)";$|\brequire\("(\.[^"]+)"\);/gm;
    const seen = new Map<string, boolean>(); // whether all below it has been looked at
    const cycles: string[] = [];
    const look = (file: string) => {
      if (seen.get(file) === false) cycles.push(file);
      if (seen.has(file)) return;
      seen.set(file, false);
      for (const [, esm, cjs] of read(file).matchAll(imports)) look(join(dirname(file), (esm ?? cjs)!));
      seen.set(file, true);
    };
    files(format, 'index.js').forEach(look);
    expect(seen.size).toBeGreaterThan(20);
    expect(cycles).toEqual([]);
  });

  it.each(['esm', 'cjs'])(
    'calls each function of Node that it loads on demand, and does nothing else with it, in %s',
    (format) => {
      const wrong = files(format, '.js').flatMap((file) => {
        const code = read(file);
        const names = [
          ...code.matchAll(/\bfunction (\w+)\(\.\.\.parts\) \{\s*return (?:new )?\(?process\.getBuiltinModule/g),
        ];
        return names.flatMap(([, name]) => {
          const other = new RegExp(`\\b(?:instanceof|extends) ${name}\\b|(?<![.\\w])${name}[.[]`).exec(code);
          return other === null ? [] : [`${basename(file)}: ${other[0]}`];
        });
      });
      expect(wrong).toEqual([]);
    }
  );

  it.each(['esm', 'cjs'])('has a map that leads to the lines of lib/, in %s', (format) => {
    const wrong: string[] = [];
    let functions = 0;
    for (const file of files(format, '.js')) {
      const code = read(file);
      const [, url] = /^\/\/# sourceMappingURL=(.*)$/m.exec(code) ?? [];
      if (url === undefined) continue;
      const path = join(dirname(file), url);
      const map = new SourceMap(JSON.parse(read(path)) as SourceMapPayload);
      code.split('\n').forEach((line, i) => {
        const [, name] = /^(?:async )?function\*? ([a-zA-Z]+)\((?!\.\.\.parts)/.exec(line) ?? [];
        if (name === undefined) return;
        functions++;
        const { originalSource = '', originalLine = -1 } = map.findEntry(i, line.length) as Partial<Origin>;
        const source = join(dirname(path), originalSource);
        const original = existsSync(source) ? read(source).split('\n')[originalLine] : undefined;
        if (original?.includes(`function ${name}`) !== true && original?.includes(`function* ${name}`) !== true)
          wrong.push(`${basename(file)}:${i + 1} ${name}: ${originalSource}:${originalLine + 1}`);
      });
    }
    expect(functions).toBeGreaterThan(1_000);
    expect(wrong).toEqual([]);
  });
});

interface Origin {
  readonly originalSource: string;
  readonly originalLine: number;
}
