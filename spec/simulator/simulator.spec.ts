import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, node, tsc } from '../helpers/project.js';

describe('the simulator', () => {
  let build: string;
  beforeAll(async () => {
    mkdirSync(join(ROOT, '.cache'), { recursive: true }); // below the project, where RxJS is found
    build = mkdtempSync(join(ROOT, '.cache/simulator-'));
    await tsc(['-p', 'spec/simulator', '--outDir', build]);
  }, 120_000);
  afterAll(() => rmSync(build, { recursive: true, force: true }));

  it('finds no law broken, in some hundred runs of all actors under every kind of fault', async () => {
    const report = await node([join(build, 'spec/simulator/run.js'), '--ci'], { timeout: 600_000 });
    expect(report).toMatch(/^0 laws broken$/m);
  }, 620_000);
});
