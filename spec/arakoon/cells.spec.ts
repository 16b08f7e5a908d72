import { beforeEach, describe, expect, it } from '@jest/globals';
import { type ArakoonCells, cells } from '../../lib/arakoon/index.js';
import { FakeArakoon } from '../helpers/fakeArakoon.js';
import { VirtualTime } from '../helpers/virtualTime.js';

let time: VirtualTime;
let arakoon: FakeArakoon;
let mine: ArakoonCells;
let log: string[];
beforeEach(() => {
  time = new VirtualTime();
  arakoon = new FakeArakoon(time);
  mine = cells(arakoon.client, 'c/');
  log = [];
});

const data = (text: string) => Buffer.from(text);
const after = (ms: number) => (time.advance(ms), log.splice(0));
const error = ({ code, effect }: { code: string; effect: string }) => void log.push(`! ${code} ${effect}`);

describe('cells in Arakoon', () => {
  it('are two keys each, which begin with the prefix and hold one version', () => {
    let version = '';
    mine.create('k', data('value')).subscribe((made) => (version = made));
    after(50);
    const bytes = Buffer.from(version, 'hex').toString('latin1');
    expect([...arakoon.data]).toEqual([
      ['c/vk', bytes],
      ['c/dk', `${bytes}value`],
    ]);
    mine.delete('k').subscribe();
    after(50);
    expect(arakoon.data.size).toBe(0);
  });

  it('are unreadable where somebody else wrote the key, and polling goes on', () => {
    arakoon.data.set('c/dk', 'short');
    mine.get('k').subscribe(({ kind, error: why }) => log.push(`get ${kind} ${why?.code} ${why?.path}`));
    mine.poll('k', { every: 100 }).subscribe(({ kind, stale, cause }) => log.push(`${kind} ${stale} ${cause?.code}`));
    expect(after(50).sort()).toEqual(['get unreadable BAD_VALUE k', 'unreadable false undefined']);
    arakoon.data.delete('c/dk');
    mine.set('k', data('1')).subscribe();
    expect(after(200)).toEqual(['present false undefined']);
    arakoon.fault = () => 'noMaster';
    expect(after(200)).toEqual(['present true TIMEOUT']);
  });

  it('are not written twice when the reply to a write is lost', () => {
    arakoon.fault = (request) => (request.startsWith('sequence') ? 'lostAfter' : undefined);
    mine.create('k', data('1')).subscribe({ error });
    expect(after(1000)).toEqual(['! CONNECTION_LOST unknown']);
    expect(arakoon.requests.filter((request) => request.startsWith('sequence'))).toHaveLength(1);
  });

  it('have no events and no presence, which their type says', () => {
    // @ts-expect-error cells in Arakoon cannot be watched
    expect(mine.watch).toBeUndefined();
    // @ts-expect-error nor go with their client
    expect(mine.announce).toBeUndefined();
  });
});
