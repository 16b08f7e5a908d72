import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EMPTY, NEVER, Subject, of, throwError } from 'rxjs';
import { utf8 } from '../../../lib/core/codecs.js';
import { type Page, type PagedRangeOptions, pagedRange } from '../../../lib/arakoon/recipes/pagedRange.js';
import { FakeArakoon } from '../../helpers/fakeArakoon.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

let time: VirtualTime;
let arakoon: FakeArakoon;
beforeEach(() => {
  time = new VirtualTime();
  arakoon = new FakeArakoon(time);
  for (const letter of 'abcdefg') arakoon.data.set(letter, letter.toUpperCase());
});

const shown = (page: Page<string, string>) => page.map(([key, value]) => `${key}${value}`).join(' ');

/** Goes through a range, and gives what was seen, with how it ended. */
function through(range: PagedRangeOptions<string>, ms = 1000): string[] {
  const log: string[] = [];
  pagedRange(arakoon.client.with({ value: utf8 }), range, (page) => of(shown(page))).subscribe({
    next: (page) => log.push(page),
    error: (error: { code: string; argument?: string }) => log.push(`! ${error.argument ?? error.code}`),
    complete: () => log.push('|'),
  });
  time.advance(ms);
  return log;
}

describe('a range in pages', () => {
  it('is met in order, each key once, in either direction', () => {
    expect(through({ size: 3 })).toEqual(['aA bB cC', 'dD eE fF', 'gG', '|']);
    expect(through({ size: 3, descending: true })).toEqual(['gG fF eE', 'dD cC bB', 'aA', '|']);
    expect(through({ begin: 'b', beginInclusive: false, end: 'e', endInclusive: true, size: 2 })).toEqual([
      'cC dD',
      'eE',
      '|',
    ]);
    expect(through({ begin: 'e', end: 'b', descending: true, size: 2 })).toEqual(['eE dD', 'cC', '|']);
    expect(through({})).toEqual(['aA bB cC dD eE fF gG', '|']);
  });

  it('can be all that begins with a prefix', () => {
    arakoon.data.set('ba', '1').set('bb', '2').set('b\xff', '3');
    const view = arakoon.client.with({ value: utf8 });
    const keys: unknown[] = [];
    pagedRange(
      view.with({
        key: { encode: (k: string) => Buffer.from(k, 'latin1'), decode: (b) => Buffer.from(b!).toString('latin1') },
      }),
      { prefix: 'b', size: 2 },
      (page) => page.map(([key]) => key)
    ).subscribe((key) => keys.push(key));
    time.advance(100);
    expect(keys).toEqual(['b', 'ba', 'bb', 'b\xff']);
  });

  it('asks for a page when the work on the one before it has completed, and not sooner', () => {
    const works: Subject<string>[] = [];
    const log: string[] = [];
    pagedRange(arakoon.client, { size: 3 }, () => {
      const work = new Subject<string>();
      works.push(work);
      return work;
    }).subscribe({ next: (value) => log.push(value), complete: () => log.push('|') });
    time.advance(1000);
    expect([arakoon.requests, works.length]).toEqual([['rangeEntries [,) 3'], 1]);
    works[0]!.next('half');
    time.advance(1000);
    expect(arakoon.requests).toHaveLength(1);
    works[0]!.complete();
    time.advance(1000);
    expect([arakoon.requests[1], works.length]).toEqual(['rangeEntries (c,) 3', 2]);
    works[1]!.complete();
    time.advance(1);
    works[2]!.next('last');
    works[2]!.complete();
    expect(log).toEqual(['half', 'last', '|']);
  });

  it('waits for a promise as for an Observable, and for nothing where nothing is returned', async () => {
    let release!: () => void;
    const pages: number[] = [];
    const done = new Promise<void>((resolve, reject) => {
      pagedRange(arakoon.client, { size: 4 }, (page) => {
        pages.push(page.length);
        return pages.length === 1 ? new Promise<void>((go) => (release = go)) : undefined;
      }).subscribe({ complete: resolve, error: reject });
    });
    time.advance(100);
    expect(arakoon.requests).toHaveLength(1);
    release();
    await Promise.resolve();
    await Promise.resolve();
    time.advance(100);
    await done;
    expect(pages).toEqual([4, 3]);
  });

  it('does not call for work where there is nothing', () => {
    expect(through({ begin: 'x' })).toEqual(['|']);
    arakoon.data.delete('g');
    expect(through({ size: 3 })).toEqual(['aA bB cC', 'dD eE fF', '|']); // the third page is empty
  });

  it('sees what comes before it, and not what comes behind', () => {
    const seen: string[] = [];
    pagedRange(arakoon.client, { size: 3 }, (page) => {
      arakoon.data.set('aa', '').set('dd', '');
      arakoon.data.delete('e');
      seen.push(page.map(([key]) => key).join(''));
      return EMPTY;
    }).subscribe();
    time.advance(100);
    expect(seen).toEqual(['abc', 'dddf', 'g']);
  });

  it('asks again for a page whose reply is lost, or while there is no master, and meets nothing twice', () => {
    let troubles = 0;
    arakoon.fault = () => (++troubles % 3 === 0 ? undefined : troubles % 3 === 1 ? 'lost' : 'noMaster');
    expect(through({ size: 3 }, 60_000)).toEqual(['aA bB cC', 'dD eE fF', 'gG', '|']);
  });

  it('errors with what does not pass, and with the work, which is not done again', () => {
    arakoon.fault = (request) => (request.includes('(c') ? 'closed' : undefined);
    expect(through({ size: 3 })).toEqual(['aA bB cC', '! CLOSED']);
    arakoon.fault = () => undefined;
    arakoon.data.set('d', '\xff');
    expect(through({ size: 3 })).toEqual(['aA bB cC', '! BAD_VALUE']);
    let works = 0;
    const errors: unknown[] = [];
    pagedRange(arakoon.client, {}, () => (works++, throwError(() => 'mine'))).subscribe({
      error: (error) => errors.push(error),
    });
    // prettier-ignore
    pagedRange(arakoon.client, {}, () => { throw 'thrown'; }).subscribe({ error: (error) => errors.push(error) });
    time.advance(10_000);
    expect([works, errors]).toEqual([1, ['mine', 'thrown']]);
  });

  it('ends with its subscription: the read, the work, and all to come', () => {
    const subscription = pagedRange(arakoon.client, { size: 1 }, () => NEVER).subscribe();
    time.advance(100);
    subscription.unsubscribe();
    time.advance(1000);
    expect(arakoon.requests).toHaveLength(1);
  });

  it('names what is wrong with its arguments', () => {
    const wrong: [PagedRangeOptions<string>, string][] = [
      [{ size: 0 }, 'range.size'],
      [{ max: 3 } as never, 'range.max'],
      [{ prefix: 'a', begin: 'b' }, 'range.begin'],
      [{ prefix: 'a', descending: true }, 'range.descending'],
    ];
    for (const [range, argument] of wrong) expect(through(range)).toEqual([`! ${argument}`]);
    expect(arakoon.requests).toEqual([]);
  });

  it('is the same as the range at once, whatever its bounds and the size of its pages', () => {
    const letter = fc.option(fc.constantFrom(...'abcdefgh'), { nil: undefined });
    const range = fc.record({
      begin: letter,
      end: letter,
      beginInclusive: fc.boolean(),
      endInclusive: fc.boolean(),
      descending: fc.boolean(),
      size: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(range, (each) => {
        const whole = through({ ...each, size: 100 })
          .slice(0, -1)
          .join(' ');
        expect(through(each).slice(0, -1).join(' ')).toBe(whole);
      })
    );
  });
});
