import { UsageError } from '../../core/errors.js';
import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';

export const rm: Verb = {
  name: 'rm',
  summary: 'Deletes a node.',
  usage: '[STORE] PATH',
  options: {
    recursive: { short: 'r', about: 'with all nodes below it, and also if there is none' },
    version: { value: 'N', about: 'only if the node has this version' },
  },
  examples: [
    ['qrx rm zk://127.0.0.1:2181 /app/config', 'a node that has none below it'],
    ['qrx rm -r /app', 'a whole tree'],
    ['qrx rm /app/config --version 7', 'only if it was not changed since'],
  ],
  async run(call) {
    const { store, path } = call.place();
    if (path === '/') throw new UsageError('PATH', 'is missing: all of a store is not deleted at once');
    const opened = await call.open(store);
    const gone$ = call.flag('recursive')
      ? opened.deleteTree(path)
      : opened.delete(path, { version: call.value('version') });
    await call.first(gone$);
    return ExitCode.done;
  },
};
