import { describe, it } from '@jest/globals';
import { asyncScheduler, defer } from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { ConnectionLostError, ProtocolError, ServerError, SessionError } from '../../../../lib/core/errors.js';
import { retryIdempotent } from '../../../../lib/zookeeper/recipes/support/callPolicy.js';
import { marbles } from '../../../helpers/marbles.js';

const again = { backoff: { min: 10, max: 10 } };
/** Attempts that end as they are written, one after the other. */
const attempts = ({ cold }: RunHelpers, error: unknown, ...lines: string[]) => {
  let next = 0;
  return defer(() => cold(lines[next++]!, undefined, error));
};

describe('insist', () => {
  it.each([
    ['a lost link, whatever was sent', new ConnectionLostError()],
    ['a server that broke the protocol', new ProtocolError('out of order')],
    ['a session that moved', new SessionError('MOVED', 'moved')],
  ])('tries again after %s', (_, error) =>
    marbles((helpers) => {
      helpers
        .expectObservable(
          attempts(helpers, error, '-#', '-#', '-(a|)').pipe(retryIdempotent({ scheduler: asyncScheduler }, again))
        )
        .toBe('- 10ms - 10ms -(a|)');
    })()
  );

  it.each([
    ['what the server refuses', new ServerError('NO_AUTH', -102)],
    ['the end of the session', new SessionError('EXPIRED', 'over')],
  ])('passes on %s', (_, error) =>
    marbles((helpers) => {
      helpers
        .expectObservable(attempts(helpers, error, '-#').pipe(retryIdempotent({ scheduler: asyncScheduler })))
        .toBe('-#', undefined, error);
    })()
  );

  it(
    'takes further errors for passing ones, when told to',
    marbles((helpers) => {
      const error = new SessionError('EXPIRED', 'over');
      helpers
        .expectObservable(
          attempts(helpers, error, '#', '(a|)').pipe(
            retryIdempotent({ scheduler: asyncScheduler }, { ...again, codes: ['EXPIRED'] })
          )
        )
        .toBe('10ms (a|)');
    })
  );
});
