import { describe, expect, it } from '@jest/globals';
import { type Observable, defer, of, throwError } from 'rxjs';
import { type Effect, ServerError } from '../../../../lib/core/errors.js';
import type { NurseryConfig } from '../../../../lib/arakoon/protocol/nurseryConfig.js';
import { following } from '../../../../lib/arakoon/recipes/nursery/following.js';
import { NurseryBook } from '../../../../lib/arakoon/recipes/nursery/nurseryBook.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

const outside = (effect: Effect) => new ServerError('OUTSIDE_INTERVAL', 32, { effect });

/** What becomes of a request whose attempts end one after the other in these ways; the last one goes on. */
function end(...attempts: Array<Observable<string>>): string[] {
  const scheduler = new VirtualTime();
  const book = new NurseryBook(of({} as NurseryConfig));
  const log: string[] = [];
  const request = () => defer(() => (attempts.length > 1 ? attempts.shift()! : attempts[0]!));
  following({ scheduler, book, patience: 1000 }, request).subscribe({
    next: (value) => log.push(value),
    error: ({ code, effect }: { code: string; effect: string }) => log.push(`${code} ${effect}`),
  });
  scheduler.advance(5000);
  return log;
}

describe('a request that follows keys', () => {
  const [nothing$, doubt$] = [throwError(() => outside('none')), throwError(() => outside('unknown'))];

  it('had no effect if every attempt was refused', () => expect(end(nothing$)).toEqual(['OUTSIDE_INTERVAL none']));

  it('may have had one if one of the attempts may, whatever the later ones were answered', () => {
    expect(end(nothing$, doubt$, nothing$)).toEqual(['OUTSIDE_INTERVAL unknown']);
    const refused$ = throwError(() => new ServerError('ASSERTION_FAILED', 7, { effect: 'none' }));
    expect(end(doubt$, refused$)).toEqual(['OUTSIDE_INTERVAL unknown']);
  });

  it('is done when an attempt is', () => expect(end(doubt$, nothing$, of('done'))).toEqual(['done']));
});
