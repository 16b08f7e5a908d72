import { serveCommand } from './serveCommand.js';

/** Run by `npm run serve`. */
export const main: Promise<void> = serveCommand(process.argv.slice(2)).then((code) => {
  if (code !== undefined) process.exitCode = code;
});
