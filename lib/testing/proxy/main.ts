import { proxyCommand } from './proxyCommand.js';

/** Run by `npm run proxy`. */
export const main: Promise<void> = proxyCommand(process.argv.slice(2)).then((code) => {
  if (code !== undefined) process.exitCode = code;
});
