import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folder of the project. */
export const ROOT = join(__dirname, '../..');

/** An entry of the package: the name it is imported by, and the file in lib/ that says what it exports. */
export interface Door {
  readonly name: string;
  readonly source: string;
}

/** The doors that package.json opens. */
export function doors(): Door[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const modules = Object.entries(manifest.exports).flatMap(([path, target]) =>
    typeof target === 'string' ? [] : [[path, target.import] as const]
  );
  return modules.map(([path, target]) => ({
    name: manifest.name + path.slice(1),
    source: target.replace('./dist/esm/', 'lib/').replace(/\.js$/, '.ts'),
  }));
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly import: string }>>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until it is killed. Default 600,000, which is only for programs that hang. */
  readonly timeout?: number;
}

/**
 * Runs a program to its end, and gives what it printed. Throws, with that, when it does not end with the exit code 0,
 * in time.
 */
export function run(
  program: string,
  args: readonly string[],
  { cwd = ROOT, env = {}, timeout = 600_000 }: RunOptions = {}
): Promise<string> {
  return new Promise((done, failed) => {
    execFile(
      program,
      args,
      { cwd, env: { ...process.env, ...env }, timeout, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        if (error === null) return done(stdout + stderr);
        const end = error.killed ? `was killed after ${timeout} ms` : `ended with ${error.signal ?? error.code}`;
        failed(new Error(`${[program, ...args].join(' ')} ${end}:\n${stdout}${stderr}`));
      }
    );
  });
}

/**
 * Runs a service: sends it a SIGTERM once it has printed a text, and gives its output. Throws, with that, when it does
 * not end with the exit code 0, in time.
 */
export function runUntil(
  program: string,
  args: readonly string[],
  text: string,
  { cwd = ROOT, timeout = 60_000 }: Pick<RunOptions, 'cwd' | 'timeout'> = {}
): Promise<string> {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { cwd, timeout, killSignal: 'SIGKILL' });
    let output = '';
    let asked = false;
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      if (!asked && output.includes(text)) asked = child.kill('SIGTERM');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', failed);
    child.once('close', (code, signal) => {
      if (code === 0 && asked) return done(output);
      failed(new Error(`${[program, ...args].join(' ')} ended with ${signal ?? code}:\n${output}`));
    });
  });
}

/** Runs one of the project's own Node programs, or a file of JavaScript. */
export function node(args: readonly string[], options?: RunOptions): Promise<string> {
  return run(process.execPath, args, options);
}

/** Builds what a program loads that imports the package by its name, and the command, if they are not built yet. */
export async function build(): Promise<void> {
  await tsc(['-b']);
  await node([join(ROOT, 'build/build.mjs')]);
}

/** Checks and compiles as `tsc` does with these arguments: that of TypeScript 7, unless the older one is asked for. */
export function tsc(
  args: readonly string[],
  compiler: 'typescript' | 'typescript-native' = 'typescript-native'
): Promise<string> {
  return node([join(ROOT, 'node_modules', compiler, 'bin/tsc'), ...args]);
}
