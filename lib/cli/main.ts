#!/usr/bin/env node
import module from 'node:module';

/** Run by `qrx` and by `npx quorum-rx`. From Node 22.8 on, the compiled code is kept for the next time. */
export const main: Promise<void> = run();

async function run(): Promise<void> {
  (module as { enableCompileCache?: () => void }).enableCompileCache?.();
  const [{ qrx }, { processTerminal }] = await Promise.all([
    import('./qrx.js'),
    import('./terminal/processTerminal.js'),
  ]);
  process.exitCode = await qrx(process.argv.slice(2), processTerminal(process));
}
