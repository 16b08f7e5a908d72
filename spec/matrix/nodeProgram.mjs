import { cpSync, writeFileSync } from 'node:fs';
import { command } from './command.mjs';
import { ROOT } from './folders.mjs';
import { onceMade } from './onceMade.mjs';
import { served } from './outcome.mjs';

/**
 * Installs packages of npm for a program of `spec/clients`, unless that was done before.
 *
 * @param {string} name the folder of `main.mjs`
 * @param {string} folder for the packages
 * @param {readonly string[]} packages with their versions, as in `etcd3@1.1.2`
 * @returns {Promise<import('./clients.mjs').Client>}
 */
export async function nodeProgram(name, folder, packages) {
  await onceMade(folder, packages.join(), async () => {
    writeFileSync(`${folder}/package.json`, '{"private":true}');
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...packages];
    await served(command('npm', args, { cwd: folder }));
  });
  cpSync(`${ROOT}/spec/clients/${name}/main.mjs`, `${folder}/main.mjs`);
  return { program: process.execPath, args: [`${folder}/main.mjs`] };
}
