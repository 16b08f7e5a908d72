import { ExitCode } from '../command/report.js';
import { FILE, valueOf } from '../command/valueOf.js';
import { visible } from '../terminal/visible.js';
import type { Verb } from '../command/verb.js';

export const set: Verb = {
  name: 'set',
  summary: 'Writes the value of a node that exists.',
  usage: '[STORE] PATH VALUE',
  options: {
    version: { value: 'N', about: 'only if the node has this version' },
    file: FILE,
  },
  examples: [
    ["qrx set zk://127.0.0.1:2181 /app/config '{}'", 'a value'],
    ['qrx set /app/config --version 7 green', 'only over version 7; else it ends with 3'],
    ['qrx set /app/logo --file logo.png', 'bytes'],
  ],
  async run(call) {
    const { store, path, rest } = call.placeAndRest();
    const value = await valueOf(call, rest, `PATH ${path}`);
    const node = await call.first((await call.open(store)).set(path, value, { version: call.value('version') }));
    const { version } = node.facts;
    const suffix = version === undefined ? '' : ` has version ${call.output.shown(version)}`;
    await call.output.result(visible(path) + suffix, { path, ...node.facts });
    return ExitCode.done;
  },
};
