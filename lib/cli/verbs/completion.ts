import { UsageError } from '../../core/errors.js';
import { scripts } from '../completion/scripts.js';
import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';

/** The verb that prints the completion of the other verbs. */
export function completion(verbs: readonly Verb[]): Verb {
  return {
    name: 'completion',
    summary: 'Prints a script that completes verbs, options and the paths of the store in a shell.',
    usage: 'bash|zsh|fish',
    options: {},
    operands: 'other',
    examples: [
      ['source <(qrx completion bash)', 'in ~/.bashrc; the same with zsh in ~/.zshrc'],
      ['qrx completion fish > ~/.config/fish/completions/qrx.fish', 'for fish'],
    ],
    async run(call) {
      const [shell, ...others] = call.args;
      const script = Object.hasOwn(scripts, shell ?? '') ? scripts[shell!] : undefined;
      if (script === undefined || others.length > 0)
        throw new UsageError('arguments', 'must be one: bash, zsh or fish');
      await call.terminal.print(script(verbs));
      return ExitCode.done;
    },
  };
}
