import { columnsOf } from './clipped.js';
import { wrapped } from './wrapped.js';

/** The cells of a table as text. */
export interface Cells {
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Whether a column stands to the right. */
  readonly isNumeric: readonly boolean[];
}

/** The lines of a table: some are titles, or begin with one. */
export interface TableLine {
  /** Dim on a terminal that has colours. */
  readonly title: string;
  readonly text: string;
}

const GAP = 2;
/** Columns that are left for a cell whose text goes on in the next line. */
const LEAST = 24;

/**
 * A table that fits into a terminal without losing any text. If the lines are too long, the cells of the widest column
 * go on in more lines. If that is not enough, each row becomes a record, with a line for each field that it has.
 *
 * @param room columns of the terminal
 */
export function tableOf(cells: Cells, room: number): readonly TableLine[] {
  const { titles, rows, isNumeric } = cells;
  if (rows.length === 0) return [];
  const widths = titles.map((title, i) => Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[i]!))));
  const spare = room - widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
  if (spare < 0) {
    const widest = widths.reduce((best, width, i) => (isNumeric[i] || width <= (widths[best] ?? 0) ? best : i), -1);
    const left = (widths[widest] ?? 0) + spare;
    if (left < Math.max(LEAST, columnsOf(titles[widest] ?? ''))) return recordsOf(cells, room);
    widths[widest] = left;
  }
  const lines = (row: readonly string[]) => {
    const parts = row.map((cell, i) => (columnsOf(cell) > widths[i]! ? wrapped(cell, widths[i]!) : [cell]));
    const height = Math.max(...parts.map(({ length }) => length));
    return Array.from({ length: height }, (_, n) =>
      parts
        .map((part, i) => {
          const space = ' '.repeat(Math.max(0, widths[i]! - columnsOf(part[n] ?? '')));
          return isNumeric[i] ? space + (part[n] ?? '') : (part[n] ?? '') + space;
        })
        .join(' '.repeat(GAP))
        .trimEnd()
    );
  };
  return [
    ...lines(titles).map((title) => ({ title, text: '' })),
    ...rows.flatMap(lines).map((text) => ({ title: '', text })),
  ];
}

/** A line for each field, with an empty line between records. Fields without a text are left out. */
function recordsOf({ titles, rows }: Cells, room: number): readonly TableLine[] {
  const width = Math.max(...titles.map(columnsOf)) + GAP;
  const below = room - width;
  return rows.flatMap((row, n) => [
    ...(n > 0 ? [{ title: '', text: '' }] : []),
    ...row.flatMap((cell, i): readonly TableLine[] => {
      if (cell === '') return [];
      const [first = '', ...rest] = below < LEAST ? [cell] : wrapped(cell, below);
      const title = titles[i]! + ' '.repeat(width - columnsOf(titles[i]!));
      return [{ title, text: first }, ...rest.map((text) => ({ title: '', text: ' '.repeat(width) + text }))];
    }),
  ]);
}
