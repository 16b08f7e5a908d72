import { ConnectionLostError } from '../../core/errors.js';
import { refusal } from '../protocol/errorCode.js';

const MOVED = -118;
/** Codes that end a session for good, whichever request they answer. */
const FINAL: ReadonlySet<number> = new Set([-115, -124]);

/** Throws after a refusal that ends the link, whichever request it answers. */
export function endAfter(code: number): void {
  if (code === MOVED) throw new ConnectionLostError('the session has moved to another server');
  if (FINAL.has(code)) throw refusal(code, {});
}
