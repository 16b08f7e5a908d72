import type { ComponentChildren } from 'preact';
import type { Facts } from '../../cli/dash/types.js';
import { fact, visible } from './format.js';

/** Facts, each with its name. */
export function FactList({ facts, children }: { readonly facts: Facts; readonly children?: ComponentChildren }) {
  return (
    <dl class="facts">
      {Object.entries(facts)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{visible(fact(value))}</dd>
          </div>
        ))}
      {children}
    </dl>
  );
}
