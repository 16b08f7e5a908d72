import { expect, it } from '@jest/globals';
import { grpcTimeout } from '../../../../lib/testing/etcd/io/grpcTimeout.js';

it('the header for the time of a call has many units', () => {
  expect(['2H', '3M', '4S', '5m', '6000u', '7000000n'].map(grpcTimeout)).toEqual([7_200_000, 180_000, 4_000, 5, 6, 7]);
  expect([undefined, '', '5', 'm', '123456789m'].map(grpcTimeout)).toEqual(Array(5).fill(undefined));
  expect(grpcTimeout('99999999H')).toBe(2 ** 31 - 1);
});
