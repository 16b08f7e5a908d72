import { spawn } from 'node:child_process';

/** The last letters of an output that an error shows. */
const SHOWN = 2000;

/**
 * Runs a program at low priority to its end. Rejects with the end of the output if the program fails.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeout?: number, any?: boolean }} options `any`: it may fail
 * @returns {Promise<{ printed: string, warned: string, end: number | string }>} its output, and its exit code or the
 *   signal that has ended it
 */
export function command(program, args, { cwd, env = {}, timeout = 1_800_000, any = false } = {}) {
  return new Promise((done, failed) => {
    const child = spawn('nice', ['-n', '10', program, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // that of spawn goes on if the program is not found
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    let printed = '';
    let warned = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (printed += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (warned += chunk));
    child.on('error', failed);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const end = signal ?? code;
      if (end === 0 || any) return done({ printed, warned, end });
      const words = `${printed}\n${warned}`.trim().slice(-SHOWN);
      failed(new Error(`${program} ${args[0] ?? ''} ended with ${end}:\n${words}`));
    });
  });
}
