import { describe, expect, it } from '@jest/globals';
import { type Observable, map } from 'rxjs';
import type { Link, Transport } from '../../../../lib/core/link.js';
import { type ProvenHold, lock } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

/** A lock whose session was granted 20 s, and is granted 2 s at its next connection; no proof is answered over that. */
function regranted(delay = 0) {
  let late = false;
  const world = new VirtualWorld({
    maxSessionTimeout: 30_000,
    faults: ({ operation }) => (operation === 'multi' && late ? { delay } : undefined),
  });
  const direct = world.server.transport({ latency: 1 });
  let connections = 0;
  const transport: Transport = (endpoint) =>
    direct(endpoint).pipe(
      map((link): Link => {
        const first = ++connections === 1;
        let greeted = first;
        const chunk$ = link.chunk$.pipe(
          map((chunk) => {
            if (greeted) return chunk;
            greeted = true;
            const bytes = Buffer.from(chunk);
            bytes.writeInt32BE(2000, 8); // the timeout in the answer to the connect request
            return bytes;
          })
        );
        return { drain$: link.drain$, soon: (task) => link.soon(task), write: (bytes) => link.write(bytes), chunk$ };
      })
    );
  const { zk } = world.client({ transport, sessionTimeout: 20_000 });
  let held: ProvenHold | undefined;
  const held$: Observable<ProvenHold> = lock(zk, '/l');
  held$.subscribe({ next: (it) => (held = it), error: () => undefined });
  world.after(1000);
  late = true;
  world.server.drop();
  return { world, zk, held: held! };
}

describe('a shorter timeout that is granted at a reconnect', () => {
  it('makes what is held valid for less long, from then on', () => {
    const { world, zk, held } = regranted();
    expect(held.validUntil - world.time.now()).toBeGreaterThan(8000);
    world.after(300);
    expect(zk.state).toMatchObject({ kind: 'connected', timeout: 2000 });
    expect(held.validUntil).toBeLessThanOrEqual(world.time.now() + 1000);
  });

  it('ends it in time when no proof is answered any more', () => {
    const { world, held } = regranted(60_000);
    world.after(1500);
    expect([held.valid, held.signal.aborted]).toEqual([false, true]);
  });
});
