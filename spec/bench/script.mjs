import { spawn } from 'node:child_process';

const WITHIN = 90_000;

/** Runs a program that measures, in a process of its own. Returns its figures: it prints `RESULT` and JSON. */
export async function figuresOf(program, args, env) {
  const printed = await script(program, args, env);
  const figures = /RESULT (.*)/.exec(printed)?.[1];
  if (figures === undefined) throw new Error(`no figures in ${printed}`);
  return JSON.parse(figures);
}

/** Runs a program to its end, and returns its output. */
export function script(program, args, env = {}) {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    const timer = setTimeout(() => child.kill('SIGKILL'), WITHIN);
    let out = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (complaint += chunk));
    child.on('error', failed);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) done(out);
      else failed(new Error(`ended with ${code ?? signal}: ${complaint.trim()}`));
    });
  });
}
