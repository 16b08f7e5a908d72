#!/usr/bin/env node
import { qrx } from './qrx.js';
import { processTerminal } from './terminal/processTerminal.js';

/** Run by `qrx` and by `npx quorum-rx`. */
export const main: Promise<void> = qrx(process.argv.slice(2), processTerminal(process)).then((code) => {
  process.exitCode = code;
});
