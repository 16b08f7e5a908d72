import { ConnectionLostError, type Effect } from '../../core/errors.js';
import type { AnyOp } from '../protocol/op.js';
import type { Asked } from './failures.js';

/** What is asked over a connection of its own. */
export class SoloCall implements Asked {
  readonly op: AnyOp;
  sent = false;

  constructor(op: AnyOp) {
    this.op = op;
  }

  get effect(): Effect {
    return this.sent && this.op.kind !== 'read' ? 'unknown' : 'none';
  }

  get context(): { readonly operation: string } {
    return { operation: this.op.name };
  }

  undone(): void {
    this.sent = false;
  }

  /** The error of a question that was ended early. */
  ended(code: 'TIMEOUT' | 'ABORTED', why: string, cause?: unknown): ConnectionLostError {
    return new ConnectionLostError(`${this.op.name}: ${why}`, this.effect, { ...this.context, code, cause });
  }
}
