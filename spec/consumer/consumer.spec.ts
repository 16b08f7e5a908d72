import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ROOT, doors, node, run, tsc } from '../helpers/project.js';

/** What a fresh clone does not have, or does not need for packing. */
const NOT_COPIED = ['.git', '.cache', 'node_modules', 'dist', 'coverage'];
/** What a consumer has beside the package; linked from here, so that no network is needed. */
const INSTALLED = ['rxjs', 'tslib', '@types/node'];

/** The package as its users get it: built, packed and unpacked in a folder of its own. */
describe('a consumer of the packed package', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorum-rx-consumer-'));
  const app = join(folder, 'app');
  const installed = join(app, 'node_modules/quorum-rx');
  const names = doors().map(({ name }) => name);

  beforeAll(async () => {
    const clone = join(folder, 'clone'); // dist/ here belongs to the other specs, and packing rebuilds it
    cpSync(ROOT, clone, {
      recursive: true,
      filter: (path) => dirname(path) !== ROOT || !NOT_COPIED.includes(basename(path)),
    });
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    await run('npm', ['pack', '--offline', '--pack-destination', folder], { cwd: clone }); // builds, by `prepack`
    cpSync(join(__dirname, 'fixture'), app, { recursive: true });
    mkdirSync(installed, { recursive: true });
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
    await run('tar', ['-xzf', join(folder, tarball), '-C', installed, '--strip-components=1']);
    for (const name of INSTALLED) {
      mkdirSync(dirname(join(app, 'node_modules', name)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(app, 'node_modules', name));
    }
  }, 60_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gets the built code, the sources it maps to, and three documents', () => {
    expect(readdirSync(installed).sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'lib',
      'package.json',
    ]);
    expect(readdirSync(join(installed, 'dist')).sort()).toEqual(['cjs', 'esm']);
    expect(existsSync(join(installed, 'lib/index.ts'))).toBe(true);
  });

  it('installs nothing else but RxJS', () => {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<
      string,
      object | undefined
    >;
    expect(Object.keys(manifest['dependencies'] ?? {})).toEqual([]);
    expect(Object.keys(manifest['optionalDependencies'] ?? {})).toEqual([]);
    expect(Object.keys(manifest['peerDependencies'] ?? {})).toEqual(['rxjs']);
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

  it('compiles under strict TypeScript, as an ES module and as CommonJS, declarations included', async () => {
    expect(await tsc(['-p', app])).toBe('');
  }, 30_000);

  async function printed(program: string, args: readonly string[] = []): Promise<Record<string, unknown>> {
    return JSON.parse(await node([join(app, program), ...args])) as Record<string, unknown>;
  }
});
