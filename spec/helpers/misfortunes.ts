import fc from 'fast-check';
import type { VirtualClient, VirtualWorld } from './virtualWorld.js';

/** What befalls one of three clients, or the server, and how long until the next. */
export interface Misfortune {
  readonly kind: 'cut' | 'heal' | 'expire' | 'drop' | 'outage' | 'pause' | 'nothing';
  readonly who: number;
  readonly wait: number;
}

const misfortune: fc.Arbitrary<Misfortune> = fc.record({
  kind: fc.constantFrom('cut', 'heal', 'expire', 'drop', 'outage', 'pause', 'nothing'),
  who: fc.nat({ max: 2 }),
  wait: fc.integer({ min: 1, max: 3000 }),
});

/** One after the other. */
export const misfortunes = fc.array(misfortune, { minLength: 5, maxLength: 25 });
/**
 * No server ends a session before its time: what is believed by the clock holds as long as that is so, and tokens
 * beyond.
 */
export const lawfulMisfortunes = fc.array(
  misfortune.filter(({ kind }) => kind !== 'expire'),
  { minLength: 5, maxLength: 25 }
);

/** Lets it happen, and time pass; `check` is called at least every 25 milliseconds. */
export function befall(
  world: VirtualWorld,
  clients: readonly VirtualClient[],
  { kind, who, wait }: Misfortune,
  check: () => void = () => undefined
): void {
  const client = clients[who]!;
  if (kind === 'cut') client.cut();
  if (kind === 'heal') client.heal();
  if (kind === 'expire' && client.zk.ticket.id !== 0n) world.server.expire(client.zk.ticket.id);
  if (kind === 'drop') world.server.drop();
  if (kind === 'outage') void world.server.refuse();
  if (kind === 'pause') world.server.pause();
  for (let passed = 0; passed < wait; passed += 25) {
    world.time.advance(Math.min(25, wait - passed));
    check();
  }
  if (kind === 'outage') void world.server.accept();
  if (kind === 'pause') world.server.resume();
}

/** All is well again; whatever was to happen, happens. */
export function settle(world: VirtualWorld, clients: readonly VirtualClient[]): void {
  for (const client of clients) client.heal();
  world.time.advance(60_000);
}
