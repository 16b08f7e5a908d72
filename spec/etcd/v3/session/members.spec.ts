import { expect, it } from '@jest/globals';
import { Members } from '../../../../lib/etcd/v3/session/members.js';
import { VirtualTime } from '../../../helpers/virtualTime.js';

it('the next member waits for its share of the spread after a lost connection, and the others for nothing', () => {
  const scheduler = new VirtualTime();
  const endpoints = ['a', 'b', 'c'].map((host) => ({ host, port: 2379 }));
  const backoff = { min: 50, max: 5000, spread: 1000 };
  const members = new Members(endpoints, { backoff, random: () => 0.5, scheduler });
  expect(members.delay).toBe(0);
  members.begins();
  scheduler.advance(2000);
  members.ends();
  expect(members.delay).toBe(500);
  members.ends();
  expect(members.delay).toBe(0);
});
