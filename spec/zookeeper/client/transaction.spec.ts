import { expect, it } from '@jest/globals';
import { EMPTY } from 'rxjs';
import {
  type EmptyTransaction,
  OPEN_ACL,
  Transaction,
  type TransactionResult,
  json,
  utf8,
} from '../../../lib/index.js';
import type { MultiPart } from '../../../lib/zookeeper/protocol/ops/multi.js';
import type { Exchange } from '../../../lib/zookeeper/session/exchange.js';

/** What is asked for with every commit. */
function recorder() {
  const asked: (readonly MultiPart[])[] = [];
  const exchange: Exchange = (_, request) => (asked.push(request as readonly MultiPart[]), EMPTY);
  return {
    asked,
    transaction: new Transaction({ exchange, codec: undefined, aclOf: () => OPEN_ACL }) as EmptyTransaction,
    paths: () => asked.map((parts) => parts.map(({ request }) => (request as { path: string }).path)),
  };
}

it('is built in steps of one size, however long it is, and commits in the order of its operations', () => {
  const { asked, transaction } = recorder();
  let long = transaction;
  for (let i = 0; i < 200_000; i++) long = long.check(`/${i}`);
  void long.commit(); // were every step a copy, this would take minutes
  expect([long.length, asked[0]!.length]).toEqual([200_000, 200_000]);
  expect(asked[0]!.every(({ request }, i) => (request as { path: string }).path === `/${i}`)).toBe(true);
});

it('leaves the one that it was made of as it is', () => {
  const { transaction, paths } = recorder();
  const start = transaction.delete('/a');
  const [one, other] = [start.delete('/b'), start.set('/c', null).check('/d')];
  for (const each of [transaction, start, one, other, start]) void each.commit();
  expect(paths()).toEqual([[], ['/a'], ['/a', '/b'], ['/a', '/c', '/d'], ['/a']]);
  expect([transaction, start, one, other].map(({ length }) => length)).toEqual([0, 1, 2, 3]);
});

it('can be built in a loop, and then has a list of results', () => {
  const { transaction, paths } = recorder();
  let all = transaction;
  for (const path of ['/a', '/b']) all = all.create(path).set(path, null);
  all.commit().subscribe((results) => results satisfies readonly TransactionResult[]);
  let more: Transaction = transaction;
  for (const path of ['/a', '/b']) more = more.create(path);
  // prettier-ignore
  // @ts-expect-error what comes after a loop is not the first
  more.check('/c').commit().subscribe(([first]) => first satisfies void);
  expect(paths()).toEqual([
    ['/a', '/a', '/b', '/b'],
    ['/a', '/b', '/c'],
  ]);
});

it('has its results typed one by one', () => {
  const { transaction } = recorder();
  transaction
    .create('/a')
    .set('/b', null)
    .check('/c')
    .commit()
    .subscribe(([{ path }, { version }, nothing]) => [
      path satisfies string,
      version satisfies number,
      nothing satisfies void,
    ]);
  // prettier-ignore
  // @ts-expect-error there is no third
  transaction.create('/a').delete('/b').commit().subscribe(([, , third]) => third);
});

it('writes what a codec makes of values, and what the codec refuses errors upon commit', () => {
  const { transaction, asked } = recorder();
  void transaction.create('/a', 'x', { codec: utf8 }).set('/b', { n: 1 }, { codec: json(), version: 3 }).commit();
  expect(asked[0]!.map(({ request }) => Buffer.from((request as { data: Uint8Array }).data).toString())).toEqual([
    'x',
    '{"n":1}',
  ]);
  void transaction.set('/c', 1 as never, { codec: utf8 }).commit();
  expect(asked[1]![0]!.fault).toMatchObject({ code: 'BAD_VALUE', operation: 'transaction set', path: '/c' });
  // @ts-expect-error bytes, where there is no codec
  transaction.set('/c', 'text');
});
