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

  it('doubts two waits that were silent for a while, when the store has gone on', () => {
    const cursor = new WaitCursor(5);
    cursor.silent(silence(200));
    expect(cursor.isDoubtful).toBe(false);
    cursor.silent(silence(201, { settled: false }));
    expect(cursor.isDoubtful).toBe(false);
    cursor.silent(silence(301));
    expect([cursor.isDoubtful, cursor.next]).toEqual([true, 5]);
    cursor.compared(true);
    expect([cursor.isDoubtful, cursor.next]).toEqual([false, 201]);
    cursor.silent(silence(302));
    expect([cursor.isDoubtful, cursor.next]).toEqual([true, 201]);
  });

  it('doubts nothing while the store is not far ahead', () => {
    const cursor = new WaitCursor(5);
    for (let i = 0; i < 5; i++) cursor.silent(silence(100));
    expect([cursor.isDoubtful, cursor.next]).toEqual([false, 5]);
  });

  it('stays where an event is missing, until two more waits were silent', () => {
    const cursor = new WaitCursor(5);
    for (const index of [200, 300]) cursor.silent(silence(index));
    cursor.compared(false);
    expect([cursor.isDoubtful, cursor.next]).toEqual([false, 5]);
    cursor.silent(silence(310));
    expect(cursor.isDoubtful).toBe(false);
    cursor.silent(silence(320));
    expect(cursor.isDoubtful).toBe(true);
  });

  it('begins to count silent waits again after an event, or a read', () => {
    const cursor = new WaitCursor(5);
    cursor.silent(silence(200));
    cursor.event(6);
    cursor.silent(silence(210));
    expect([cursor.isDoubtful, cursor.next]).toEqual([false, 7]);
    cursor.silent(silence(220));
    expect(cursor.isDoubtful).toBe(true);
    cursor.restart(500);
    expect([cursor.isDoubtful, cursor.next]).toEqual([false, 501]);
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
