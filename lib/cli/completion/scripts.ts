import { COMMON, firstSentence } from '../command/help.js';
import type { OptionOfVerb } from '../command/optionOfVerb.js';
import type { Verb } from '../command/verb.js';
import { CONNECTION } from '../connection/settings.js';

/** The scripts that complete words, by the name of the shell. They have verbs and options, and ask for paths. */
export const scripts: Readonly<Record<string, (verbs: readonly Verb[]) => string>> = {
  bash,
  zsh,
  fish,
};

function bash(verbs: readonly Verb[]): string {
  return [
    '_qrx() {',
    '  local known paths=1 word="${COMP_WORDS[COMP_CWORD]}" key="${COMP_WORDS[1]}"',
    `  case "$key" in ${groups(verbs)}) [ "$COMP_CWORD" -gt 2 ] && key="$key ${'${COMP_WORDS[2]}'}" ;; esac`,
    '  if [ "$COMP_CWORD" -eq 1 ]; then key=; fi',
    ...knownWords(verbs),
    '  case "$word" in -*) paths= ;; esac',
    '  if [ -n "$paths" ]; then',
    "    local IFS=$'\\n'",
    '    COMPREPLY=($(qrx __complete "${COMP_LINE:0:COMP_POINT}" 2>/dev/null))',
    '    case "$word" in *:*) COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}") ;; esac',
    '    case "${COMPREPLY[0]}" in */) compopt -o nospace 2>/dev/null ;; esac',
    '  else',
    '    COMPREPLY=($(compgen -W "$known" -- "$word"))',
    '  fi',
    '}',
    'complete -o default -F _qrx qrx',
  ].join('\n');
}

/** It begins zsh's own completion, if .zshrc has not. */
function zsh(verbs: readonly Verb[]): string {
  return [
    '_qrx() {',
    '  local known paths=1 none=1 key="$words[2]"',
    '  local -a found',
    `  case "$key" in ${groups(verbs)}) (( CURRENT > 3 )) && key="$key $words[3]" ;; esac`,
    '  if (( CURRENT == 2 )); then key=; fi',
    ...knownWords(verbs),
    '  case "$PREFIX" in -*) paths= ;; esac',
    '  if [ -n "$paths" ]; then',
    '    found=(${(f)"$(qrx __complete "${(j: :)words[1,CURRENT-1]} $PREFIX" 2>/dev/null)"})',
    "    compadd -S '' -- ${(M)found:#*/} && none=",
    '    compadd -- ${found:#*/} && none=',
    '    if [ -n "$none" ]; then _default; fi',
    '  else',
    '    compadd -- ${=known}',
    '  fi',
    '}',
    '(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -u }',
    'compdef _qrx qrx',
  ].join('\n');
}

/** Sets `known` to the words that follow those in `key`, and empties `paths` where no path follows. */
function knownWords(verbs: readonly Verb[]): readonly string[] {
  return [
    '  case "$key" in',
    `    '') paths=; known='help ${verbs.map(({ name }) => name).join(' ')}' ;;`,
    ...verbs.flatMap(casesOf).map((line) => `    ${line}`),
    '    *) paths= ;;',
    '  esac',
  ];
}

/** The verbs that have verbs of their own. */
function groups(verbs: readonly Verb[]): string {
  return verbs
    .filter(({ subverbs }) => subverbs !== undefined)
    .map(({ name }) => name)
    .join('|');
}

function casesOf(verb: Verb): readonly string[] {
  const { name, subverbs = [], operands } = verb;
  if (subverbs.length > 0)
    return [`'${name}') paths=; known='${subverbs.map(lastWord).join(' ')}' ;;`, ...subverbs.flatMap(casesOf)];
  const options = Object.keys(optionsOf(verb)).map((option) => `--${option}`);
  return [`'${name}') ${operands === 'other' ? 'paths=; ' : ''}known='${options.join(' ')}' ;;`];
}

function fish(verbs: readonly Verb[]): string {
  const lines = verbs.flatMap((verb) => [
    `complete -c qrx -n __fish_use_subcommand -f -a ${verb.name} -d ${quoted(firstSentence(verb))}`,
    ...fishSubverbs(verb),
    ...(verb.subverbs ?? [verb]).flatMap((own) => fishOptions(own, verb)),
  ]);
  const others = verbs.filter(({ operands, subverbs }) => operands === 'other' || subverbs !== undefined);
  const when = `not __fish_use_subcommand; and not __fish_seen_subcommand_from ${others.map(lastWord).join(' ')}`;
  return [...lines, `complete -c qrx -n '${when}' -f -a '(qrx __complete (commandline -cp))'`].join('\n');
}

function fishSubverbs({ name, subverbs = [] }: Verb): readonly string[] {
  const names = subverbs.map(lastWord);
  const when = `__fish_seen_subcommand_from ${name}; and not __fish_seen_subcommand_from ${names.join(' ')}`;
  return subverbs.map(
    (verb) => `complete -c qrx -n '${when}' -f -a ${lastWord(verb)} -d ${quoted(firstSentence(verb))}`
  );
}

function fishOptions(own: Verb, top: Verb): readonly string[] {
  const seen = [top, ...(own === top ? [] : [own])].map((verb) => `__fish_seen_subcommand_from ${lastWord(verb)}`);
  return Object.entries(optionsOf(own)).map(
    ([name, { value, about }]) =>
      `complete -c qrx -n '${seen.join('; and ')}' -l ${name} ${value === undefined ? '' : '-r -F '}-d ${quoted(about)}`
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
