import { expect, it } from '@jest/globals';
import { NEVER, Observable, of } from 'rxjs';
import type { Channel } from '../../../lib/zookeeper/session/channel.js';
import { Identities } from '../../../lib/zookeeper/session/identities.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A channel that accepts every identity, and what it was told. */
function accepting() {
  const told: string[] = [];
  const channel = {
    authenticate: (scheme: string, auth: Uint8Array) =>
      new Observable<void>(
        (subscriber) => (told.push(`${scheme} ${Buffer.from(auth).toString()}`), of(undefined).subscribe(subscriber))
      ),
  } as unknown as Channel;
  return { told, channel };
}

it('presents an identity once on a later connection, however often it was added', () => {
  const identities = new Identities([
    { scheme: 'digest', auth: bytes('a:b') },
    { scheme: 'digest', auth: bytes('a:b') },
  ]);
  const now = accepting();
  let accepted = 0;
  for (let i = 0; i < 50; i++)
    identities.add({ scheme: 'digest', auth: bytes('a:b') }, () => now.channel, NEVER).subscribe(() => accepted++);
  identities.add({ scheme: 'digest', auth: bytes('a:c') }, () => now.channel, NEVER).subscribe();
  identities.add({ scheme: 'other', auth: bytes('a:b') }, () => now.channel, NEVER).subscribe();
  expect([accepted, now.told.length]).toEqual([50, 52]); // who adds it again is told by the server, too
  const later = accepting();
  identities.present(later.channel).subscribe();
  expect(later.told).toEqual(['digest a:b', 'digest a:c', 'other a:b']);
});
