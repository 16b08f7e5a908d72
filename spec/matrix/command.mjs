import { spawn } from 'node:child_process';

/** The last lines of an output that an error shows. */
const SHOWN = 2000;

/**
 * Runs a program at low priority to its end, and gives what it printed. Rejects with the end of the output if the
 * program fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeout?: number, any?: boolean }} options `any`: every exit
 *   code is good
 * @returns {Promise<string>}
 */
export function command(program, args, { cwd, env = {}, timeout = 1_800_000, any = false } = {}) {
  return new Promise((done, failed) => {
    const child = spawn('nice', ['-n', '10', program, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout,
      killSignal: 'SIGKILL',
    });
    let printed = '';
    let warned = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (printed += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (warned += chunk));
    child.on('error', failed);
    child.on('close', (code, signal) => {
      if (code === 0 || (any && signal === null)) return done(printed);
      const words = `${printed}\n${warned}`.trim().slice(-SHOWN);
      failed(new Error(`${program} ${args[0] ?? ''} ended with ${signal ?? code}:\n${words}`));
    });
  });
}
