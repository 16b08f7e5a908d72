import { expect, it } from '@jest/globals';
import { EMPTY } from 'rxjs';
import { Transaction } from '../../../lib/index.js';
import type { MultiPart } from '../../../lib/zookeeper/protocol/ops/multi.js';
import type { Exchange } from '../../../lib/zookeeper/session/exchange.js';

/** What is asked for with every commit. */
function recorder() {
  const asked: (readonly MultiPart[])[] = [];
  const exchange: Exchange = (_, request) => (asked.push(request as readonly MultiPart[]), EMPTY);
  return {
    asked,
    transaction: new Transaction(exchange),
    paths: () => asked.map((parts) => parts.map(({ request }) => (request as { path: string }).path)),
  };
}

it('is built in steps of one size, however long it is, and commits in the order of its operations', () => {
  const { asked, transaction } = recorder();
  let long: Transaction<readonly unknown[]> = transaction;
  for (let i = 0; i < 200_000; i++) long = long.check(`/${i}`) as Transaction<readonly unknown[]>;
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
