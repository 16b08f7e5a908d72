import { describe, expect, it } from '@jest/globals';
import { WaitCursor } from '../../../../lib/etcd/v2/watch/waitCursor.js';

const silence = (etcdIndex: number, of: { complete?: boolean; settled?: boolean } = {}) => ({
  etcdIndex,
  complete: false,
  settled: true,
  ...of,
});

describe('the cursor of a watcher', () => {
  it('goes on after each event', () => {
    const cursor = new WaitCursor(5);
    cursor.event(9);
    expect(cursor.next).toBe(10);
    cursor.event(7); // an old one changes nothing
    expect(cursor.next).toBe(10);
  });

  it('begins where the first wait begins', () => {
    const cursor = new WaitCursor();
    expect(cursor.next).toBeUndefined();
    cursor.began(41, 0);
    expect(cursor.next).toBe(42);
  });

  it('goes past what a member has answered in full with nothing', () => {
    const cursor = new WaitCursor(5);
    cursor.silent(silence(20, { complete: true, settled: false }));
    expect(cursor.next).toBe(21);
  });

  it('stays where a connection broke before an event could come', () => {
    const cursor = new WaitCursor(5);
    for (let i = 0; i < 5; i++) cursor.silent(silence(20 + i, { settled: false }));
    expect(cursor.next).toBe(5);
  });

  it('believes two waits that were silent for a while, not one', () => {
    const cursor = new WaitCursor(5);
    cursor.silent(silence(20));
    expect(cursor.next).toBe(5);
    cursor.silent(silence(30));
    expect(cursor.next).toBe(21);
    cursor.silent(silence(30, { settled: false }));
    expect(cursor.next).toBe(21);
    cursor.silent(silence(40));
    expect(cursor.next).toBe(31);
  });

  it('begins to count silent waits again after an event, or a read', () => {
    const cursor = new WaitCursor(5);
    cursor.silent(silence(20));
    cursor.event(6);
    cursor.silent(silence(21));
    expect(cursor.next).toBe(7);
    cursor.restart(50);
    cursor.silent(silence(60));
    expect(cursor.next).toBe(51);
    cursor.forget();
    expect(cursor.next).toBeUndefined();
  });

  it('waits less long the faster the store changes', () => {
    const cursor = new WaitCursor(1);
    expect(cursor.patience(30_000)).toBe(30_000);
    cursor.began(1000, 0);
    expect(cursor.patience(30_000)).toBe(30_000);
    cursor.began(1100, 1000); // 100 a second
    expect(cursor.patience(30_000)).toBeCloseTo(2500);
    expect(cursor.patience(1000)).toBe(1000);
    cursor.began(1_001_100, 2000);
    expect(cursor.patience(30_000)).toBe(250);
    cursor.began(1_001_100, 3000);
    expect(cursor.patience(30_000)).toBe(30_000);
  });
});
