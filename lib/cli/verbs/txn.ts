import { buffer } from 'node:stream/consumers';
import { UsageError } from '../../core/errors.js';
import { ExitCode } from '../command/report.js';
import type { Call, Verb } from '../command/verb.js';
import { fileContent } from '../terminal/fileContent.js';
import { visible } from '../terminal/visible.js';
import { parseTransaction } from '../transaction/parseTransaction.js';
import type { Step, StepOutcome } from '../transaction/step.js';
import { StepError } from '../transaction/stepError.js';

export const txn: Verb = {
  name: 'txn',
  summary:
    'Does the operations of a file together, or none of them. A line is an operation: check PATH [VERSION], ' +
    'create PATH [VALUE], set PATH VALUE, put PATH VALUE, delete PATH, get PATH, or the same as JSON.',
  usage: '[STORE] FILE',
  options: {
    'dry-run': { short: 'n', about: 'reads the file and prints its operations; it needs no store' },
  },
  operands: 'other',
  examples: [
    ['qrx txn zk://127.0.0.1:2181 change.txt', 'a file with lines such as: set /config green --version 3'],
    ["printf 'check /lock 0\\ndelete /job' | qrx txn -", 'from standard input'],
    ["printf 'create /leader me\\nelse\\nget /leader' | qrx txn etcd://127.0.0.1 -", 'etcd: or else the other lines'],
    ['qrx txn --dry-run --json change.txt', 'the operations as JSON, which it reads too'],
  ],
  async run(call) {
    const [file, ...others] = call.argsWithoutStore();
    if (file === undefined || others.length > 0) throw new UsageError('FILE', "must be one; '-' is the standard input");
    const content = file === '-' ? await buffer(call.terminal.input()) : await fileContent('FILE', file);
    const { steps, otherwise } = parseTransaction(content.toString(), call.directory);
    if (call.flag('dry-run')) {
      for (const step of steps) await print(call, { step }, PLANNED);
      if (otherwise !== undefined) await call.output.result('else', { do: 'else' });
      for (const step of otherwise ?? []) await print(call, { step }, PLANNED);
      return ExitCode.done;
    }
    const store = await call.open(call.store());
    try {
      const { failed, outcomes } = await call.first(store.transact(steps, otherwise));
      if (failed !== undefined)
        call.terminal.note(`qrx txn: line ${failed.line} does not hold: the operations after else were done`);
      for (const outcome of outcomes) await print(call, outcome, DONE);
      return failed === undefined ? ExitCode.done : ExitCode.no;
    } catch (error) {
      if (!(error instanceof StepError)) throw error;
      return refused(call, error);
    }
  },
};

const PLANNED = { check: 'check', create: 'create', set: 'set', put: 'put', delete: 'delete', get: 'get' } as const;
const DONE = { ...PLANNED, check: 'checked', create: 'created', delete: 'deleted', get: 'read' } as const;

async function print(call: Call, { step, path = step.path, facts = {}, value }: StepOutcome, words: Words) {
  const { output } = call;
  const isPlan = words === PLANNED;
  const { line, do: operation, value: given, ...plan } = step;
  const version = isPlan ? step.version : facts.version;
  const parts = [
    `${words[operation]} ${visible(path)}`,
    ...(isPlan && step.recursive === true ? ['with all below it'] : []),
    ...(isPlan && step.absent === true ? ['must not exist'] : []),
    ...(isPlan && step.mode !== undefined ? [step.mode] : []),
    ...(version === undefined ? [] : [`version ${output.shown(version)}`]),
  ];
  const shown = isPlan ? given : value;
  const text = [
    ...parts,
    ...(shown === undefined ? [] : [shown === null ? '(no such node)' : output.brief(shown, 40)]),
  ];
  const record = isPlan ? { ...plan, ...output.node({ path, value: given }) } : output.node({ path, value, facts });
  await output.result(text.join('  '), { ...(!isPlan && { line }), do: operation, ...record });
}

type Words = Readonly<Record<Step['do'], string>>;

async function refused(call: Call, error: StepError): Promise<number> {
  const { lines, operation, path, message, code } = error;
  const where = lines.length === 1 ? `line ${lines[0]}` : `one of the lines ${lines.join(', ')}`;
  if (call.output.isJson) await call.output.result('', { lines, do: operation, path, error: code });
  call.terminal.note(visible(`qrx txn: ${where}: ${operation} ${path}: ${message}. Nothing was changed`));
  return code === 'NO_NODE' ? ExitCode.no : ExitCode.refused;
}
