import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './helpers/project.js';
import { startZooKeeper as startEmbedded } from '../lib/testing/index.js';
import { allSnippets, runSnippet, typeErrors } from './helpers/snippets.js';
import { startZooKeeper } from './helpers/zookeeperServer.js';

const snippets = allSnippets();
const where = ({ file, line }: { file: string; line: number }) => `${file}:${line}`;

/**
 * What a reader copies compiles. A fence says which blocks are meant: `ts` is checked. `ts run` is a whole program that
 * is run as well. With `prints`, it is run twice, with a new server and the same output each time. `file=` and `until=`
 * are explained in `snippets.ts`. Anything else, such as `text`, is left alone.
 */
describe('the documentation', () => {
  let errors: string[][];
  beforeAll(async () => {
    errors = await typeErrors(snippets);
  });

  it('shows code in the README, and where the library is documented', () => {
    const folders = new Set(snippets.map(({ file }) => file.split('/')[0]));
    expect([...folders].sort()).toEqual(['README.md', 'docs', 'lib']);
  });

  for (const [i, snippet] of snippets.entries()) {
    it(`compiles at ${where(snippet)}`, () => expect(errors[i]).toEqual([]));
  }
});

describe('a program of the documentation', () => {
  const programs = snippets.filter(({ runs, prints, code }) => runs && (!prints || code.includes('127.0.0.1:2181')));
  let server: Awaited<ReturnType<typeof startZooKeeper>>;
  beforeAll(async () => {
    server = await startZooKeeper();
  });
  afterAll(() => server?.stop());

  it('is there', () => {
    const pages = new Set(programs.map(({ file }) => file));
    expect([...pages]).toEqual(expect.arrayContaining(['README.md', 'docs/tutorial.md']));
  });

  for (const program of programs) {
    it(`runs to its end at ${where(program)}`, async () =>
      void (await runSnippet(program, server.connectString, snippets)));
  }
});

describe('a program with its output', () => {
  for (const program of snippets.filter(({ prints }) => prints)) {
    it(`prints that, each time, at ${where(program)}`, async () => {
      const rest = readFileSync(join(ROOT, program.file), 'utf8').split('\n').slice(program.line);
      const said = /^```text\n([^]*?)^```$/m.exec(rest.join('\n'))?.[1];
      for (let time = 1; time <= 2; time++) {
        await using server = await startEmbedded();
        expect(await runSnippet(program, server.connectString, snippets)).toBe(said);
      }
    });
  }
});

it('no example gives a client a signal that ends it by the clock', () => {
  const examples = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'));
  const texts = [
    ...examples.map((name) => readFileSync(join(ROOT, 'examples', name), 'utf8')),
    ...snippets.map(({ code }) => code),
  ];
  expect(texts.filter((text) => text.includes('AbortSignal.timeout'))).toEqual([]);
});
