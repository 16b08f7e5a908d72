import type { ComponentChildren } from 'preact';
import type { Facts, ShownFact } from '../../cli/dash/types.js';
import { fact, visible } from './format.js';

interface TableOptions {
  readonly label: string;
  readonly rows: readonly Facts[];
  /** Shows a cell in another way; `undefined`: as usual. */
  readonly cell?: (name: string, value: ShownFact | undefined, row: Facts) => ComponentChildren;
}

/** Rows of facts, with a column for each name. Numbers stand to the right. */
export function Table({ label, rows, cell = () => undefined }: TableOptions) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const isNumeric = (name: string) => rows.every((row) => ['number', 'undefined'].includes(typeof row[name]));
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th class={isNumeric(name) ? 'number' : ''}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {names.map((name) => (
                <td class={isNumeric(name) ? 'number' : ''}>
                  {cell(name, row[name], row) ?? visible(fact(row[name]))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
