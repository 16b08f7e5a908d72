import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, node, tsc } from './helpers/project.js';
import { startServer } from './helpers/zookeeperServer.js';

const LIMIT = 30_000;
const examples = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts')).sort();

describe('an example', () => {
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    await tsc(['-b', 'examples']);
    server = await startServer();
  }, 60_000);
  afterAll(() => server?.stop());

  it('is there', () => expect(examples).not.toEqual([]));

  for (const file of examples) {
    it(`runs to its end: ${file}`, async () => {
      const program = join('examples/.out', file.replace(/\.ts$/, '.js'));
      await node([program], { env: { QUORUM_SERVERS: server.connectString }, timeout: LIMIT });
    }, LIMIT + 5_000);
  }
});
