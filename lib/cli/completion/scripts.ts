import { COMMON } from '../command/help.js';
import type { OptionOfVerb } from '../command/optionOfVerb.js';
import type { Verb } from '../command/verb.js';
import { CONNECTION } from '../connection/settings.js';

/** The scripts that complete words, by the name of the shell. They have verbs and options, and ask for paths. */
export const scripts: Readonly<Record<string, (verbs: readonly Verb[]) => string>> = {
  bash,
  zsh: (verbs) => `autoload -U +X bashcompinit && bashcompinit\n${bash(verbs)}`,
  fish,
};

function bash(verbs: readonly Verb[]): string {
  return [
    '_qrx() {',
    '  local words paths=1 word="${COMP_WORDS[COMP_CWORD]}" key="${COMP_WORDS[1]}"',
    `  case "$key" in ${groups(verbs).join('|')}) [ "$COMP_CWORD" -gt 2 ] && key="$key ${'${COMP_WORDS[2]}'}" ;; esac`,
    '  if [ "$COMP_CWORD" -eq 1 ]; then key=; fi',
    '  case "$key" in',
    `    '') paths=; words='help ${verbs.map(({ name }) => name).join(' ')}' ;;`,
    ...verbs.flatMap(bashCases).map((line) => `    ${line}`),
    '    *) paths= ;;',
    '  esac',
    '  case "$word" in -*) paths= ;; esac',
    '  if [ -n "$paths" ]; then',
    "    local IFS=$'\\n'",
    '    COMPREPLY=($(qrx __complete "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))',
    '    case "$word" in *:*) COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}") ;; esac',
    '    case "${COMPREPLY[0]}" in */) compopt -o nospace 2>/dev/null ;; esac',
    '  else',
    '    COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '  fi',
    '}',
    'complete -o default -F _qrx qrx',
  ].join('\n');
}

/** The verbs that have verbs of their own. */
function groups(verbs: readonly Verb[]): readonly string[] {
  return verbs.filter(({ subverbs }) => subverbs !== undefined).map(({ name }) => name);
}

function bashCases(verb: Verb): readonly string[] {
  const { name, subverbs = [], operands } = verb;
  if (subverbs.length > 0)
    return [`'${name}') paths=; words='${subverbs.map(lastWord).join(' ')}' ;;`, ...subverbs.flatMap(bashCases)];
  const options = Object.keys(optionsOf(verb)).map((option) => `--${option}`);
  return [`'${name}') ${operands === 'other' ? 'paths=; ' : ''}words='${options.join(' ')}' ;;`];
}

function fish(verbs: readonly Verb[]): string {
  const lines = verbs.flatMap((verb) => [
    `complete -c qrx -n __fish_use_subcommand -f -a ${verb.name} -d ${quoted(verb.summary.split('. ')[0]!)}`,
    ...(verb.subverbs ?? [verb]).flatMap((own) => fishOptions(own, verb)),
  ]);
  return [...lines, `complete -c qrx -n 'not __fish_use_subcommand' -a '(qrx __complete (commandline -cp))'`].join(
    '\n'
  );
}

function fishOptions(own: Verb, top: Verb): readonly string[] {
  const seen = [top, ...(own === top ? [] : [own])].map((verb) => `__fish_seen_subcommand_from ${lastWord(verb)}`);
  return Object.entries(optionsOf(own)).map(
    ([name, { value, about }]) =>
      `complete -c qrx -n '${seen.join('; and ')}' -l ${name} ${value === undefined ? '' : '-r '}-d ${quoted(about)}`
  );
}

function lastWord({ name }: Verb): string {
  return name.split(' ').at(-1)!;
}

function optionsOf({ options }: Verb): Readonly<Record<string, OptionOfVerb>> {
  return { ...options, ...COMMON, ...CONNECTION };
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
