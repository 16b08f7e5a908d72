import { describe, expect, it } from '@jest/globals';
import { NEVER, concat, interval, map, of } from 'rxjs';
import type { Link, Transport } from '../../../lib/core/link.js';
import type { ConnectOptions } from '../../../lib/index.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

const time = new VirtualTime();
/** Servers that never give a whole answer. */
const SERVERS: Readonly<Record<string, Transport>> = {
  'is not reached': () => NEVER,
  'says nothing': () =>
    concat(of<Link>({ chunk$: NEVER, drain$: NEVER, write: () => true, soon: () => undefined } as never), NEVER),
  'never ends': () =>
    concat(
      of<Link>({
        chunk$: interval(50, time).pipe(map(() => Buffer.from('.'))),
        drain$: NEVER,
        write: () => true,
        soon: () => undefined,
      } as never),
      NEVER
    ),
};

describe.each(Object.entries(SERVERS))('a four-letter word to a server that %s', (_, transport) => {
  it.each<[string, ConnectOptions, number]>([
    ['connectTimeout', { connectTimeout: 700 }, 700],
    ['10 s', {}, 10_000],
  ])('ends after %s', (__, options, limit) => {
    const world = new VirtualWorld();
    const { zk } = world.client({ connectTimeout: undefined as never, ...options, scheduler: time, transport });
    const log: unknown[] = [];
    zk.command('srvr', { host: 'silent', port: 2181 }).subscribe({ error: (error: unknown) => log.push(error) });
    time.advance(limit - 1);
    expect(log).toEqual([]);
    time.advance(1);
    expect(log).toMatchObject([
      {
        code: 'TIMEOUT',
        layer: 'transport',
        effect: 'none',
        operation: 'command',
        message: `srvr: no whole answer from silent:2181 within ${limit} ms`,
      },
    ]);
  });
});
