import { ServerError } from './errors.js';

declare module './errors.js' {
  interface KnownErrors {
    readonly cells: CellError;
  }
}

/** Why a write through `Cells` was refused. */
export type CellErrorCode = 'EXISTS' | 'ABSENT' | 'CONFLICT';

const REASONS: Readonly<Record<CellErrorCode, string>> = {
  EXISTS: 'there is such a cell already',
  ABSENT: 'there is no such cell',
  CONFLICT: 'the cell has another version, or is absent',
};

/**
 * A condition of a write did not hold, so nothing was changed. The same in every store; `cause` is the store's own
 * error, where a failed condition is one.
 *
 * - `EXISTS`: a cell was to be created, and is there.
 * - `ABSENT`: there is no cell to change.
 * - `CONFLICT`: the cell has another version than the one given, or is absent.
 */
export class CellError extends ServerError<CellErrorCode> {
  /** @param index in a transaction: the step that failed, counted from 0 */
  constructor(code: CellErrorCode, key: string, operation: string, cause?: ServerError, index?: number) {
    const message = `${operation} ${key}: ${REASONS[code]}`;
    const { number = 0, effect = 'none' } = cause ?? {};
    super(code, number, { path: key, operation, message, cause, effect, ...(index !== undefined && { index }) });
  }
}
