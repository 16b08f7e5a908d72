import type { Effect } from '../../core/errors.js';
import type { AnyOp } from '../protocol/op.js';
import type { Asked } from './failures.js';

/** A request over a connection of its own. */
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
}
