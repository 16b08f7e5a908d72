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

  it('doubts a silent wait when the store is far ahead, and goes on when a read shows nothing new', () => {
    const cursor = new WaitCursor(5);
    cursor.silent(silence(503));
    expect(cursor.doubtful).toBeUndefined();
    cursor.silent(silence(600, { settled: false }));
    expect(cursor.doubtful).toBeUndefined();
    cursor.silent(silence(504));
    expect([cursor.doubtful, cursor.next]).toEqual([504, 5]);
    cursor.compared(true);
    expect([cursor.doubtful, cursor.next]).toEqual([undefined, 505]);
  });

  it('doubts a silent wait after a minute when the store is ahead at all', () => {
    const cursor = new WaitCursor(5);
    cursor.began(4, 1000);
    cursor.silent(silence(4));
    cursor.began(4, 90_000);
    cursor.silent(silence(4));
    expect(cursor.doubtful).toBeUndefined();
    cursor.began(5, 120_000);
    cursor.silent(silence(5));
    expect(cursor.doubtful).toBe(5);
    cursor.compared(true);
    expect(cursor.next).toBe(6);
    cursor.began(7, 150_000);
    cursor.silent(silence(7));
    expect(cursor.doubtful).toBeUndefined(); // it was sure half a minute ago
  });

  it('stays where an event is missing, until another wait was silent', () => {
    const cursor = new WaitCursor(5);
    cursor.silent(silence(600));
    cursor.compared(false);
    expect([cursor.doubtful, cursor.next]).toEqual([undefined, 5]);
    cursor.silent(silence(610));
    expect(cursor.doubtful).toBe(610);
  });

  it('doubts nothing after an event, or a read', () => {
    const cursor = new WaitCursor(5);
    cursor.silent(silence(600));
    cursor.event(6);
    expect([cursor.doubtful, cursor.next]).toEqual([undefined, 7]);
    cursor.silent(silence(700));
    cursor.restart(800);
    expect([cursor.doubtful, cursor.next]).toEqual([undefined, 801]);
    cursor.forget();
    expect([cursor.doubtful, cursor.next]).toEqual([undefined, undefined]);
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
