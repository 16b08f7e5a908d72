import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { command } from './command.mjs';
import { ROOT } from './folders.mjs';
import { served } from './outcome.mjs';

/**
 * Installs packages of Python for a program of `spec/clients`, unless that was done before.
 *
 * @param {string} name the folder of `main.py`
 * @param {string} folder for the packages
 * @param {readonly string[]} packages with their versions, as in `kazoo==2.11.0`
 * @returns {Promise<import('./clients.mjs').Client>}
 */
export async function pythonProgram(name, folder, packages) {
  const stamp = `${folder}/installed`;
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== packages.join()) {
    rmSync(folder, { recursive: true, force: true });
    await served(command('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, ...packages]));
    writeFileSync(stamp, packages.join());
  }
  const env = { PYTHONPATH: `${folder}:${ROOT}/spec/clients`, PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: 'python' };
  return { program: 'python3', args: ['-B', `${ROOT}/spec/clients/${name}/main.py`], env };
}
