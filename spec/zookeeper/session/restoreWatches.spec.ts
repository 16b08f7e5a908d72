import { describe, expect, it } from '@jest/globals';
import { EMPTY } from 'rxjs';
import type { Channel } from '../../../lib/zookeeper/session/channel.js';
import { restoreWatches } from '../../../lib/zookeeper/session/restoreWatches.js';
import { WatchRegistry } from '../../../lib/zookeeper/session/watchRegistry.js';

/** More than a call may have arguments. */
const MANY = 150_000;

describe('watches that are set again', () => {
  it.each([
    ['with setWatches', true],
    ['by reading, where there is no setWatches', false],
  ])('may be any number: %s', (_, knows) => {
    const registry = new WatchRegistry({ arm: () => undefined, disarm: () => undefined });
    for (let i = 0; i < MANY; i++) {
      const entry = registry.add(`/n${i}`, { wants: { data: true }, event: () => undefined });
      if (i % 2 === 0) entry.exists = true; // of the others nothing is known yet
    }
    let requests = 0;
    const channel = {
      sender: { server: { knows: () => knows, lacks: () => !knows, mayKnow: () => false } },
      watches: { oneShotOnly: false },
      request: () => (requests++, EMPTY),
    };
    const ends: string[] = [];
    restoreWatches(channel as never as Channel, registry, 1n, 128 * 1024, () => undefined).subscribe({
      complete: () => ends.push('complete'),
      error: (error: unknown) => ends.push(String(error)),
    });
    expect(ends).toEqual(['complete']);
    expect(requests).toBeGreaterThanOrEqual(MANY / 2);
  });
});
