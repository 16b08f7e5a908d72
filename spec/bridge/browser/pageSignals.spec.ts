import { afterEach, expect, it } from '@jest/globals';
import { pageSignals } from '../../../lib/bridge/browser/pageSignals.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const world = globalThis as { document?: unknown; addEventListener?: unknown; removeEventListener?: unknown };
afterEach(() => {
  delete world.document;
});

function documentOf(hidden: boolean) {
  return (world.document = Object.assign(new EventTarget(), { hidden }));
}

function seenOf(pauseAfter = 1000) {
  const time = new VirtualTime();
  const seen: boolean[] = [];
  pageSignals(pauseAfter, time).seen$.subscribe((is) => seen.push(Boolean(is)));
  return { time, seen };
}

it('counts as seen, and for good, without a document', () => {
  const { time, seen } = seenOf();
  time.advance(1e6);
  expect(seen).toEqual([true]);
});

it('counts as not seen a while after it was hidden, and at once as seen again', () => {
  const page = documentOf(false);
  const { time, seen } = seenOf();
  const become = (state: 'hidden' | 'visible') => {
    page.hidden = state === 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
  };
  become('hidden');
  time.advance(900);
  become('visible');
  time.advance(900);
  expect(seen).toEqual([true]);
  become('hidden');
  time.advance(1000);
  expect(seen).toEqual([true, false]);
  become('visible');
  expect(seen).toEqual([true, false, true]);
});

it('counts as seen for a while if it was opened hidden', () => {
  documentOf(true);
  const { time, seen } = seenOf();
  expect(seen).toEqual([true]);
  time.advance(1000);
  expect(seen).toEqual([true, false]);
});

it('counts as seen for good if it must not pause', () => {
  const page = documentOf(true);
  const { time, seen } = seenOf(Infinity);
  page.dispatchEvent(new Event('visibilitychange'));
  time.advance(1e6);
  expect(seen).toEqual([true]);
});
