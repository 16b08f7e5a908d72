import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allSnippets, runSnippet, typeErrors } from './helpers/snippets.js';
import { startZooKeeper } from './helpers/zookeeperServer.js';

const snippets = allSnippets();
const where = ({ file, line }: { file: string; line: number }) => `${file}:${line}`;

/**
 * What a reader copies compiles. A fence says which blocks are meant: `ts` is checked, `ts run` (in README.md) is a
 * whole program that is run as well, and anything else, such as `text`, is left alone.
 */
describe('the documentation', () => {
  const errors = typeErrors(snippets);

  it('shows code in the README, and where the library is documented', () => {
    const folders = new Set(snippets.map(({ file }) => file.split('/')[0]));
    expect([...folders].sort()).toEqual(['README.md', 'docs', 'lib']);
  });

  for (const [i, snippet] of snippets.entries()) {
    it(`compiles at ${where(snippet)}`, () => expect(errors[i]).toEqual([]));
  }
});

describe('a program of the README', () => {
  const programs = snippets.filter(({ file, runs }) => file === 'README.md' && runs);
  let server: Awaited<ReturnType<typeof startZooKeeper>>;
  beforeAll(async () => {
    server = await startZooKeeper();
  });
  afterAll(() => server?.stop());

  it('is there', () => expect(programs.map(where)).not.toEqual([]));

  for (const program of programs) {
    it(
      `runs to its end at ${where(program)}`,
      async () => void (await runSnippet(program, server.connectString)),
      60_000
    );
  }
});
