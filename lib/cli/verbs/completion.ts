import { UsageError } from '../../core/errors.js';
import { COMMON } from '../command/help.js';
import { ExitCode } from '../command/report.js';
import type { Verb } from '../command/verb.js';
import { CONNECTION } from '../connection/settings.js';

/** The verb that prints the completion of the other verbs. */
export function completion(verbs: readonly Verb[]): Verb {
  return {
    name: 'completion',
    summary: 'Prints a script that completes verbs and options in a shell.',
    usage: 'bash|zsh|fish',
    options: {},
    examples: [
      ['source <(qrx completion bash)', 'in ~/.bashrc; the same with zsh in ~/.zshrc'],
      ['qrx completion fish > ~/.config/fish/completions/qrx.fish', 'for fish'],
    ],
    async run(call) {
      const [shell, ...others] = call.args;
      const script = Object.hasOwn(SCRIPTS, shell ?? '') ? SCRIPTS[shell as keyof typeof SCRIPTS] : undefined;
      if (script === undefined || others.length > 0)
        throw new UsageError('arguments', 'must be one: bash, zsh or fish');
      await call.terminal.print(script(verbs));
      return ExitCode.done;
    },
  };
}

const SCRIPTS = {
  bash,
  zsh: (verbs: readonly Verb[]) => `autoload -U +X bashcompinit && bashcompinit\n${bash(verbs)}`,
  fish: (verbs: readonly Verb[]) =>
    verbs
      .flatMap((verb) => [
        `complete -c qrx -n __fish_use_subcommand -f -a ${verb.name} -d ${quoted(verb.summary.split('. ')[0]!)}`,
        ...Object.entries(optionsOf(verb)).map(
          ([name, { value, about }]) =>
            `complete -c qrx -n '__fish_seen_subcommand_from ${verb.name}' -l ${name} ` +
            `${value === undefined ? '' : '-r '}-d ${quoted(about)}`
        ),
      ])
      .join('\n'),
};

function bash(verbs: readonly Verb[]): string {
  const cases = verbs.map((verb) => {
    const options = Object.keys(optionsOf(verb)).map((name) => `--${name}`);
    return `    ${verb.name}) words='${options.join(' ')}' ;;`;
  });
  return [
    '_qrx() {',
    '  local words word="${COMP_WORDS[COMP_CWORD]}"',
    '  case "$COMP_CWORD:${COMP_WORDS[1]}" in',
    `    1:*) words='help ${verbs.map(({ name }) => name).join(' ')}' ;;`,
    ...cases.map((line) => line.replace(/^ {4}/, '    *:')),
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -o default -F _qrx qrx',
  ].join('\n');
}

function optionsOf({ options }: Verb): typeof COMMON {
  return { ...options, ...COMMON, ...CONNECTION };
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
