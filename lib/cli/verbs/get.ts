import { ExitCode, missing, unreadable } from '../command/report.js';
import type { Verb } from '../command/verb.js';

export const get: Verb = {
  name: 'get',
  summary: 'Prints the value of a node.',
  usage: '[STORE] PATH',
  options: {
    raw: { short: 'r', about: 'the bytes as they are, without a line break' },
  },
  examples: [
    ['qrx get zk://127.0.0.1:2181/app/config', 'the value, and a line break'],
    ['qrx get /app/logo --raw > logo.png', 'bytes, as they are'],
    ['qrx get /app/config --json | jq .value', 'with its version and all that the store knows of it'],
  ],
  async run(call) {
    const { store, path } = call.place();
    const node = await call.first((await call.open(store)).get(path));
    if (node === undefined) return missing(call, path);
    if (node.value === undefined) return unreadable(call, path);
    if (call.flag('raw')) await call.terminal.write(node.value ?? new Uint8Array());
    else await call.output.value(node.value ?? new Uint8Array(), call.output.node(node), `qrx get --raw ${path}`);
    return ExitCode.done;
  },
};
