import { beforeEach, describe, expect, it } from '@jest/globals';
import { onAbort } from '../../lib/core/onAbort.js';

describe('onAbort', () => {
  let controller!: AbortController;
  let signal!: AbortSignal;
  let listeners = 0;
  let added = 0;
  const heard: number[] = [];
  beforeEach(() => {
    controller = new AbortController();
    ({ signal } = controller);
    listeners = added = 0;
    heard.length = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: unknown[]) => (
      (listeners += 1),
      (added += 1),
      Reflect.apply(addEventListener, signal, args) as void
    );
    signal.removeEventListener = (...args: unknown[]) => (
      (listeners -= 1),
      Reflect.apply(removeEventListener, signal, args) as void
    );
  });

  it('calls everybody who waits, in order, over one listener', () => {
    for (let i = 0; i < 50; i++) onAbort(signal, () => heard.push(i));
    expect(added).toBe(1);
    controller.abort();
    expect(heard).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('takes its listener away with the last who waits, and puts it back for the next', () => {
    const stops = [1, 2].map((i) => onAbort(signal, () => heard.push(i)));
    stops[0]!();
    expect(listeners).toBe(1);
    stops[1]!();
    stops[1]!();
    expect(listeners).toBe(0);
    onAbort(signal, () => heard.push(3));
    controller.abort();
    expect([heard, added]).toEqual([[3], 2]);
  });

  it('does not call one who stops waiting while the others are called', () => {
    onAbort(signal, () => stop());
    const stop = onAbort(signal, () => heard.push(2));
    onAbort(signal, () => heard.push(3));
    controller.abort();
    expect(heard).toEqual([3]);
  });

  it('counts one function that waits twice as two', () => {
    const note = () => heard.push(1);
    onAbort(signal, note)();
    onAbort(signal, note);
    onAbort(signal, note);
    controller.abort();
    expect(heard).toEqual([1, 1]);
  });

  it('calls at once when the signal has aborted, and listens to nothing', () => {
    controller.abort();
    onAbort(signal, () => heard.push(1))();
    expect([heard, added]).toEqual([[1], 0]);
  });
});
