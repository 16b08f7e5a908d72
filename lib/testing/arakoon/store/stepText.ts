import type { Step } from '../../../arakoon/protocol/step.js';
import { keyOf } from '../../host/keyOf.js';

const MOST = 100;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
  '\b': '\\b',
};

/** A step as the server describes it: without its values. */
export function stepText(step: Step, name = 'Sequence'): string {
  switch (step.kind) {
    case 'set':
      return `Set            ;${key(step.key)};${step.value.length};"..."`;
    case 'delete':
      return `Delete         ;${key(step.key)}`;
    case 'testAndSet':
      return (
        `TestAndSet     ;${key(step.key)};${step.wanted?.length ?? 0};` + (step.wanted === null ? '"None"' : '"..."')
      );
    case 'sequence':
      return `${name}([${stepsText(step.steps)}])`;
    case 'nop':
      return 'NOP';
    case 'assert':
      return `Assert          ;${key(step.key)};${step.value?.length ?? 0}`;
    case 'assertExists':
      return `Assert_exists   ;${key(step.key)}`;
    case 'assertRange':
      return `Assert_range(${key(step.prefix)}, ContainsExactly [ ${quoted(step.keys.map(keyOf).join('; '))} ])`;
    case 'userFunction':
      return `UserFunction;${step.name};${step.argument?.length ?? 0}`;
    case 'deletePrefix':
      return `DeletePrefix    ;${key(step.prefix)}`;
    case 'replace':
      return `Replace            ;${key(step.key)};${step.value?.length ?? 0}`;
  }
}

/** The first of them, and how many more there are, even if there is none. */
function stepsText(steps: readonly Step[]): string {
  if (steps.length === 0) return '';
  const shown = steps
    .slice(0, MOST)
    .map((each) => stepText(each))
    .join('; ');
  return `${shown}${steps.length > MOST ? '; ' : ''}... (${Math.max(0, steps.length - MOST)} more) `;
}

function key(bytes: Uint8Array): string {
  return quoted(keyOf(bytes));
}

/** A string as OCaml writes it. */
export function quoted(text: string): string {
  const escaped = (each: string) => ESCAPES[each] ?? `\\${String(each.charCodeAt(0)).padStart(3, '0')}`;
  return `"${text.replace(/[^ !#-[\]-~]/g, escaped)}"`;
}
