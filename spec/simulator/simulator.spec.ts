import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, node, tsc } from '../helpers/project.js';

describe('the simulator', () => {
  let build: string;
  beforeAll(async () => {
    mkdirSync(join(ROOT, '.cache'), { recursive: true }); // below the project, where RxJS is found
    build = mkdtempSync(join(ROOT, '.cache/simulator-'));
    await tsc(['-p', 'spec/simulator', '--outDir', build, '--noCheck']); // `npm run typecheck` has checked it
  });
  afterAll(() => rmSync(build, { recursive: true, force: true }));

  it('finds no law broken, in some hundred runs of all actors under every kind of fault', async () => {
    const report = await node([join(build, 'spec/simulator/run.js'), '--ci'], { timeout: 600_000 });
    expect(report).toMatch(/^0 laws broken$/m);
  }, 620_000);

  it('ends a run that takes more processor time than it may, and names its seed', async () => {
    const few = ['--workers', '1', '--seed', '28', '--seeds', '50'];
    const report = node([join(build, 'spec/simulator/run.js'), '--hangs', '0.001', ...few]);
    await expect(report).rejects.toThrow(/^seed \d+: the run never ends\nagain: .* --seed \d+ /m);
  });
});
