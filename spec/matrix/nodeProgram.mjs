import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { command } from './command.mjs';
import { ROOT } from './folders.mjs';
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
  const stamp = `${folder}/installed`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== packages.join()) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/package.json`, '{"private":true}');
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-exact', ...packages];
    await served(command('npm', args, { cwd: folder }));
    writeFileSync(stamp, packages.join());
  }
  cpSync(`${ROOT}/spec/clients/${name}/main.mjs`, `${folder}/main.mjs`);
  return { program: process.execPath, args: [`${folder}/main.mjs`] };
}
