import type { Observable } from 'rxjs';
import type { Meter } from '../../client/meter.js';
import type { CoordinationError, ServerError, UsageError } from '../../core/errors.js';
import type { Trouble } from '../../core/trouble.js';
import type { Settings } from '../options.js';
import type { Diagnostic } from '../types.js';
import type { Call } from './call.js';

/** Where calls go that a connection has not answered. */
export interface CallSink {
  /** The node said no, in these words. */
  refused(node: string, call: Call, error: ServerError, said: string): void;
  /** The connection ended, or never came about. */
  returned(call: Call, error: CoordinationError): void;
  /** Whether as many calls wait for a connection as may. */
  readonly isFull: boolean;
  /** A call may not wait, because too many do. */
  crowded(call: Call): void;
}

/** The parts of one client that its nodes and their connections share. */
export interface ClientContext {
  readonly cluster: string;
  readonly settings: Settings;
  readonly meter: Meter;
  /** Calls that wait for a connection to their node. */
  parked: number;
  /** Why there is no connection, or no master. */
  readonly trouble: Trouble;
  readonly calls: CallSink;
  /** Lets work run for as long as the client is not closed. */
  start(work$: Observable<never>): void;
  /** This node is the master no longer, or may not be. `named` is the node that it named instead. */
  suspect(node: string, error: CoordinationError, named?: string): void;
  /** Asks a node whether it answers at all. */
  probe(node: string): Observable<unknown>;
  /** Ends the client with this error. */
  fail(error: UsageError): void;
  /** Reports an event below the surface. */
  tell(diagnostic: Diagnostic): void;
}
