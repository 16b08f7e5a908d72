import { describe, expect, it, jest } from '@jest/globals';
import { Resolver } from 'node:dns';
import { firstValueFrom } from 'rxjs';
import { inSrvOrder, srv } from '../../lib/transport/srv.js';

const record = (name: string, priority: number, weight: number) => ({ name, port: 1, priority, weight });

describe('SRV records', () => {
  it('are tried by priority, and among equals by their weights', () => {
    const records = [record('late', 2, 9), record('heavy', 1, 3), record('light', 1, 1)];
    const names = (random: () => number) => inSrvOrder(records, random).map(({ host }) => host);
    expect(names(() => 0)).toEqual(['light', 'heavy', 'late']);
    expect(names(() => 0.99)).toEqual(['heavy', 'light', 'late']);
    let first = 0;
    for (let i = 0; i < 100; i++) if (names(() => i / 100)[0] === 'heavy') first++;
    expect(first).toBe(75);
    expect(inSrvOrder([record('a.example.', 0, 0), record('b', 0, 0)], () => 0.5)[0]).toEqual({
      host: 'a.example',
      port: 1,
    });
    expect(inSrvOrder([], () => 0)).toEqual([]);
  });

  it('of a name that cannot exist are an error', async () => {
    await expect(firstValueFrom(srv('_x._tcp.invalid'))).rejects.toMatchObject({ layer: 'transport', effect: 'none' });
  });

  it('are not asked for any more when nobody waits for them', async () => {
    const cancel = jest.spyOn(Resolver.prototype, 'cancel');
    const failed = jest.fn();
    const asked = srv('_x._tcp.invalid').subscribe({ error: failed });
    expect(cancel).not.toHaveBeenCalled();
    asked.unsubscribe();
    expect(cancel).toHaveBeenCalledTimes(1);
    cancel.mockRestore();
    await firstValueFrom(srv('_x._tcp.invalid')).catch(() => {}); // by now, the first one would have failed too
    expect(failed).not.toHaveBeenCalled();
  });
});
