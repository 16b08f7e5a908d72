import { cpSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { command } from './command.mjs';
import { onceMade, stampOf } from './onceMade.mjs';
import { served } from './outcome.mjs';

/** One package at a time, so that other work goes on. */
const ENV = { GOFLAGS: '-p=1 -buildvcs=false -mod=mod' };

/**
 * Builds a program of Go with given versions of its dependencies, unless that was done before.
 *
 * @param {readonly string[]} sources the folders of its `.go` files
 * @param {string} folder for go.mod and the program
 * @param {readonly string[]} packages with their versions, as in `go.etcd.io/etcd/client/v3@v3.6.16`
 * @returns {Promise<string>} the path of the program
 */
export async function goProgram(sources, folder, packages) {
  const program = join(folder, 'program');
  const files = sources.flatMap((one) => readdirSync(one).map((name) => join(one, name)));
  await onceMade(folder, stampOf(files, packages.join()), async () => {
    for (const file of files) cpSync(file, join(folder, basename(file)));
    await command('go', ['mod', 'init', 'matrix'], { cwd: folder });
    await served(command('go', ['get', ...packages], { cwd: folder, env: ENV }));
    await command('go', ['build', '-trimpath', '-o', program, '.'], { cwd: folder, env: ENV });
  });
  return program;
}
