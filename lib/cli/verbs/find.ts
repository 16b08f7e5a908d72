import { UsageError } from '../../core/errors.js';
import { lastName } from '../command/paths.js';
import { ExitCode } from '../command/report.js';
import { visible } from '../terminal/visible.js';
import type { Call, Verb } from '../command/verb.js';
import type { StoreNode } from '../stores/treeStore.js';

export const find: Verb = {
  name: 'find',
  summary: 'Prints the paths of nodes that match all conditions. Ends with 1 if there is none.',
  usage: '[STORE] [PATH]',
  options: {
    name: { value: 'PATTERN', about: "the last name, with * and ? as in a shell: '*.json'" },
    value: { value: 'REGEXP', about: 'the value, as text' },
    larger: { value: 'BYTES', about: 'the value has more bytes' },
    ephemeral: { about: 'the node goes with a session' },
  },
  examples: [
    ["qrx find zk://127.0.0.1:2181 / --name '*.lock'", 'paths'],
    ['qrx find /app --larger 100000', 'large values'],
    ["qrx find / --value 'postgres://' --json", 'nodes that mention a database'],
  ],
  async run(call) {
    const { store, path } = call.place();
    const matches = condition(call);
    let count = 0;
    for await (const node of call.each((await call.open(store)).walk(path, { values: true }))) {
      call.terminal.progress(node.path);
      if (!node.exists || !matches(node)) continue;
      count++;
      await call.output.result(visible(node.path), call.output.node(node));
    }
    call.terminal.progress('');
    return count > 0 ? ExitCode.done : ExitCode.no;
  },
};

function condition(call: Call): (node: StoreNode) => boolean {
  const [name, value, larger] = [call.value('name'), call.value('value'), call.number('larger')];
  const isEphemeral = call.flag('ephemeral');
  const pattern = value === undefined ? undefined : patternOf(value);
  const names = name === undefined ? undefined : shellPattern(name);
  return (node) =>
    (names === undefined || names.test(lastName(node.path))) &&
    (pattern === undefined || pattern.test(Buffer.from(node.value ?? []).toString())) &&
    (larger === undefined || (node.value?.length ?? 0) > larger) &&
    (!isEphemeral || 'ephemeralOwner' in node.facts || 'lease' in node.facts);
}

/** A pattern as of a shell. */
function shellPattern(text: string): RegExp {
  const parts = text.split(/([*?])/).map((part) => (part === '*' ? '.*' : part === '?' ? '.' : escaped(part)));
  return new RegExp(`^${parts.join('')}$`, 'su');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|+()[\]{}]/g, '\\$&');
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new UsageError('--value', (error as Error).message);
  }
}
