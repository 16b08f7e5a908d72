import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, node, tsc } from '../helpers/project.js';

describe('the soak', () => {
  let build: string;
  beforeAll(async () => {
    mkdirSync(join(ROOT, '.cache'), { recursive: true }); // below the project, where RxJS is found
    build = mkdtempSync(join(ROOT, '.cache/soak-'));
    await tsc(['-p', 'spec/soak', '--outDir', build, '--noCheck']); // `npm run typecheck` has checked it
  });
  afterAll(() => rmSync(build, { recursive: true, force: true }));

  it('finds nothing violated, in a short run with every kind of fault', async () => {
    const report = await node(['spec/soak/run.mjs', '--ci'], { env: { SOAK_BUILD: build }, timeout: 500_000 });
    expect(report).toMatch(/: 0 violations$/m);
  }, 510_000);

  it('of the hive finds every content whole and nothing left over, when its writers are killed', async () => {
    const report = await node(['spec/soak/hive/kills.mjs', '--kills', '6'], {
      env: { SOAK_BUILD: build },
      timeout: 500_000,
    });
    expect(report.match(/: 6 kills, /g)).toHaveLength(4);
    expect(report).toMatch(/^0 violations$/m);
  }, 510_000);
});
