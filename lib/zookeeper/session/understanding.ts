import { Subject } from 'rxjs';
import { isCoordinationError } from '../../core/errors.js';
import type { AnyOp } from '../protocol/op.js';
import { suited } from '../protocol/suited.js';
import type { Version } from '../types.js';
import type { Call } from './call.js';

/** What the server of a link understands, as far as it is known. */
export class Understanding {
  /** The server's version; 0: it does not tell; `undefined`: it has not answered yet. */
  version: Version | undefined;
  /** Emits with everything that is learned. */
  readonly learned$ = new Subject<void>();
  #answerDue = true;

  /** The server has told its version; `undefined`: it is not likely to. */
  learn(version: Version | undefined): void {
    this.version = version ?? this.version;
    this.#answerDue = false;
    this.learned$.next();
  }

  /** Whether the server is known to understand this. */
  knows({ since = 0 }: Pick<AnyOp, 'since'>): boolean {
    return (this.version ?? 0) >= since;
  }

  /**
   * The form of the operation that the server understands; `undefined`: that shows when more is known of the server. Where
   * nothing more will be known, the server itself is to say whether it understands. Throws `UNSUPPORTED` when it does not.
   */
  formOf(call: Call): AnyOp | undefined {
    try {
      return formFor(call, this.version ?? 0);
    } catch (error) {
      const known = this.version !== undefined && this.version > 0;
      if (known || !isCoordinationError(error, 'UNSUPPORTED')) throw error;
      return this.version === undefined && this.#answerDue ? undefined : formFor(call, Infinity);
    }
  }
}

/** The form of the operation for a server of this version. */
function formFor(call: Call, version: Version): AnyOp {
  const { op, request } = call;
  if (op.adapt !== undefined) call.request = op.adapt(request, version);
  if (op.since !== undefined && op.since > version) call.op = suited(op, version, op.path?.(request));
  return call.op;
}
