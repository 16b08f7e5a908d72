import { SessionError } from '../../core/errors.js';

/** For a list that ends before what was waited for: that the client was closed says nothing about it. */
export function closed(): SessionError {
  return new SessionError('CLOSED', 'the client was closed');
}
