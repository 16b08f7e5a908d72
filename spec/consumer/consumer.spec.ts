import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { deadLinks } from '../helpers/markdownLinks.js';
import { ROOT, build, doors, node, run, tsc } from '../helpers/project.js';

/** What is not needed for packing. */
const NOT_COPIED = ['.git', '.cache', 'node_modules', 'coverage', 'spec'];
/** What a consumer has beside the package; linked from here, so that no network is needed. */
const INSTALLED = ['rxjs', 'tslib', '@types/node'];
/** Where spec/setup.sh installs a bundler. */
const BUNDLER = join(ROOT, '.cache/frameworks/node_modules/esbuild');
/** Less than this many files, and bytes, without documents and examples. */
const FILES = 120;
const BYTES = 4_200_000;
const FOR_BROWSERS = ['quorum-rx/bridge/browser', 'quorum-rx/core', 'quorum-rx/operators', 'quorum-rx/store'];

// building, packing and bundling take seconds, and minutes on a machine that has much else to do
jest.setTimeout(600_000);

/** The package as its users get it: built, packed and unpacked in a folder of its own. */
describe('a consumer of the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorum-rx-consumer-'));
  const app = join(folder, 'app');
  const installed = join(app, 'node_modules/quorum-rx');
  const names = doors().map(({ name }) => name);

  beforeAll(async () => {
    await build();
    const clone = join(folder, 'clone'); // other specs build the dashboard meanwhile
    cpSync(ROOT, clone, {
      recursive: true,
      filter: (path) => dirname(path) !== ROOT || !NOT_COPIED.includes(basename(path)),
    });
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    await run('npm', ['run', 'build:dashboard'], { cwd: clone });
    await run('npm', ['pack', '--offline', '--ignore-scripts', '--pack-destination', folder], { cwd: clone });
    cpSync(join(__dirname, 'fixture'), app, { recursive: true });
    mkdirSync(installed, { recursive: true });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
    await run('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
    for (const name of INSTALLED) {
      mkdirSync(dirname(join(app, 'node_modules', name)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name));
    }
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gets the built code, the documentation and the examples', () => {
    expect(readdirSync(installed).sort()).toEqual([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'dist',
      'docs',
      'examples',
      'package.json',
    ]);
    expect(readdirSync(join(installed, 'dist')).sort()).toEqual(['cjs', 'dashboard', 'esm']);
  });

  it('is built before it is packed', () => {
    const { scripts } = manifestOf(installed);
    expect([scripts['prepack'], scripts['build']]).toEqual([
      'npm run build',
      'npm run clean && npm run build:code && npm run build:dashboard',
    ]);
  });

  it('is a few files, and not large', () => {
    const files = readdirSync(installed, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((file) => !/^(docs|examples)\/|\.md$/.test(file.slice(installed.length + 1)));
    expect(files.length).toBeLessThan(FILES);
    expect(files.reduce((sum, file) => sum + statSync(file).size, 0)).toBeLessThan(BYTES);
  });

  it('finds the target of every link in the documents', () => {
    const pages = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.md'));
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.flatMap((page) => deadLinks(installed, page))).toEqual([]);
  });

  it('has the command, which shows its version', async () => {
    const { version, bin } = manifestOf(installed);
    for (const file of Object.values(bin)) {
      expect(statSync(join(installed, file)).mode & 0o111).not.toBe(0);
      expect(await run(join(installed, file), ['--version'])).toBe(`${version}\n`);
    }
    expect(readdirSync(join(installed, 'dist/cjs'))).not.toContain('cli');
  });

  it('installs nothing else but RxJS', () => {
    const manifest = manifestOf(installed);
    const isOptional = (name: string) => manifest.peerDependenciesMeta[name]?.optional === true;
    expect(Object.keys(manifest.dependencies ?? {})).toEqual([]);
    expect(Object.keys(manifest.optionalDependencies ?? {})).toEqual([]);
    expect(Object.keys(manifest.peerDependencies ?? {}).filter((name) => !isOptional(name))).toEqual(['rxjs']);
  });

  it('sees the same names through every door, as an ES module and as CommonJS', async () => {
    const [esm, cjs] = await Promise.all(['doors.mjs', 'doors.cjs'].map((program) => printed(program, names)));
    expect(esm).toEqual(cjs);
    expect(Object.keys(esm!)).toEqual(names);
    expect(esm).toMatchObject({ 'quorum-rx': { connect: 'function' }, 'quorum-rx/zookeeper': { connect: 'function' } });
  });

  it('recognises an error by instanceof, whichever copy of the package it comes from', async () => {
    expect(await printed('copies.mjs')).toEqual({
      twoCopies: true,
      esmKnowsCjs: true,
      cjsKnowsEsm: true,
      esmKnowsOthers: false,
    });
  });

  it('has one copy of each class, through whichever door it comes', async () => {
    expect(await printed('oneCopy.mjs', names)).toEqual({ import: [], require: [] });
  });

  it('loads a store, and slow modules of Node, only when something needs them', async () => {
    expect(await printed('lazy.mjs')).toEqual({
      'import of all stores': [],
      hive: [],
      'hive on ZooKeeper': ['zookeeper'],
    });
  });

  it('cannot reach past the doors', async () => {
    const hidden = [
      'quorum-rx/bytes',
      'quorum-rx/dist/esm/index.js',
      'quorum-rx/dist/cjs/core/errors.js',
      'quorum-rx/lib/index.ts',
    ];
    const refused = Array.from({ length: 2 }, () => 'ERR_PACKAGE_PATH_NOT_EXPORTED');
    expect(await printed('deep.mjs', hidden)).toEqual(Object.fromEntries(hidden.map((name) => [name, refused])));
  });

  it('learns from a bundle for browsers which entry points a browser can import', async () => {
    const outcomes = await printed('bundle.mjs', [BUNDLER, ...names]);
    const loaded = names.filter((name) => typeof outcomes[name] === 'number');
    expect(loaded.sort()).toEqual(FOR_BROWSERS);
    for (const name of names.filter((each) => !loaded.includes(each)))
      for (const other of FOR_BROWSERS) expect(outcomes[name]).toContain(other);
  });

  it.each(['typescript', 'typescript-native'] as const)(
    'compiles under strict %s, as an ES module and as CommonJS, declarations included',
    async (compiler) => {
      expect(await tsc(['-p', app], compiler)).toBe('');
    }
  );

  it('compiles for a browser without the types of Node', async () => {
    expect(await tsc(['-p', join(app, 'tsconfig.page.json')])).toBe('');
  });

  async function printed(program: string, args: readonly string[] = []): Promise<Record<string, unknown>> {
    return JSON.parse(await node([join(app, program), ...args])) as Record<string, unknown>;
  }
});

interface Manifest {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies?: object;
  readonly optionalDependencies?: object;
  readonly peerDependencies?: object;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}
