import { command } from './command.mjs';
import { ROOT } from './folders.mjs';
import { onceMade } from './onceMade.mjs';
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
  const pip = ['-m', 'pip', 'install', '--quiet', '--target', folder, ...packages];
  await onceMade(folder, packages.join(), () => served(command('python3', pip)));
  const env = { PYTHONPATH: `${folder}:${ROOT}/spec/clients`, PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION: 'python' };
  return { program: 'python3', args: ['-B', `${ROOT}/spec/clients/${name}/main.py`], env };
}
