import { describe, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { PullDecoder } from '../../../lib/bytes/pullDecoder.js';
import { open } from '../../../lib/index.js';
import { ArakoonCore } from '../../../lib/testing/arakoon/arakoonCore.js';
import { arakoonServerSettings } from '../../../lib/testing/arakoon/arakoonServerOptions.js';
import { startZooKeeper } from '../../../lib/testing/index.js';
import { BACKLOG_LIMIT } from '../../../lib/testing/host/backlog.js';
import { ZooKeeperCore } from '../../../lib/testing/zookeeper/zooKeeperCore.js';
import { zooKeeperServerSettings } from '../../../lib/testing/zookeeper/zooKeeperServerOptions.js';
import { RawGuest } from '../../helpers/rawGuest.js';
import { VirtualTime } from '../../helpers/virtualTime.js';
import { bool, frame, str } from '../../helpers/wireBytes.js';
import { helloBytes, request } from '../../differential/rawClient.js';

const EXISTS = frame(request(1, 3, str('/'), bool(false)));
const MANY = 40_000;

/** Says the same again and again, as long as it is read from; gives how many bytes that were. */
function flood(guest: RawGuest, bytes: Buffer): number {
  let size = 0;
  for (let i = 0; i < MANY && !guest.held; i++, size += bytes.length) guest.say(bytes);
  return size;
}

describe('what a client sends that is not served yet', () => {
  it('is bounded while the server is paused, and all of it is served in the end', () => {
    const core = new ZooKeeperCore(zooKeeperServerSettings({ scheduler: new VirtualTime() }), undefined);
    const guest = new RawGuest(core).say(helloBytes({}));
    guest.take();
    core.pause();
    const size = flood(guest, EXISTS);
    expect(size).toBeLessThan(BACKLOG_LIMIT + EXISTS.length);
    core.resume();
    expect(guest.held).toBe(false);
    expect(guest.frames()).toHaveLength(size / EXISTS.length);
  });

  it('is bounded for a client that came while the server was paused', () => {
    const core = new ZooKeeperCore(zooKeeperServerSettings({ scheduler: new VirtualTime() }), undefined);
    core.pause();
    const guest = new RawGuest(core);
    flood(guest, Buffer.alloc(1000));
    expect(guest.held).toBe(true);
  });

  it('is bounded behind a request that a fault delays, and all of it is served in the end', () => {
    const time = new VirtualTime();
    let delay: number | undefined = 1000;
    const faults = () => (delay === undefined ? undefined : { delay });
    const core = new ZooKeeperCore(zooKeeperServerSettings({ scheduler: time, faults }), undefined);
    const guest = new RawGuest(core).say(helloBytes({}), EXISTS);
    delay = undefined;
    guest.take();
    const size = flood(guest, EXISTS);
    expect(size).toBeLessThan(2 * BACKLOG_LIMIT);
    expect(guest.frames()).toEqual([]);
    time.advance(1000);
    expect(guest.held).toBe(false);
    expect(guest.frames()).toHaveLength(1 + size / EXISTS.length);
  });

  it('is bounded at a paused Arakoon, and behind an update that waits there', () => {
    for (const busy of [false, true]) {
      const core = new ArakoonCore(arakoonServerSettings({ scheduler: new VirtualTime(), nodes: ['a', 'b', 'c'] }));
      const guest = new RawGuest(core.node('a')!).say(Buffer.from('0000ffb101000000070000006172616b6f6f6e', 'hex'));
      if (busy) {
        for (const name of ['b', 'c']) core.node(name)!.paused = true;
        guest.say(Buffer.from('4100ffb1', 'hex')); // nop
      } else core.node('a')!.paused = true;
      const size = flood(guest, Buffer.from('0200ffb1', 'hex')); // whoMaster
      expect(size).toBeLessThan(2 * BACKLOG_LIMIT);
      expect(guest.held).toBe(true);
      for (const node of core.nodes) node.paused = false;
      core.mastership.review();
      for (const node of core.nodes) node.resume();
      expect(guest.held).toBe(false);
      const input = new PullDecoder(1000);
      input.push(guest.take());
      let answers = 0;
      if (busy) expect(input.read((each) => each.int())).toBe(0);
      while (input.read((each) => [each.int(), each.byte(), each.text()].join()) === '0,1,a') answers++;
      expect(answers).toBe(size / 4);
    }
  });

  it('waits in the socket of a real connection', async () => {
    await using server = await startZooKeeper();
    await using zk = await open(server.connectString, { sessionTimeout: 60_000 });
    server.pause();
    const replies = Array.from({ length: 300 }, (_, i) => firstValueFrom(zk.create(`/a${i}`, Buffer.alloc(1000))));
    server.resume();
    await Promise.all(replies);
    expect(server.tree().size).toBe(301);
  });
});

describe('a prologue that is too long', () => {
  it('ends the connection to an embedded Arakoon as soon as it says so', () => {
    const core = new ArakoonCore(arakoonServerSettings({ scheduler: new VirtualTime() }));
    expect(new RawGuest(core.nodes[0]!).say(Buffer.from('0000ffb10100000000000100', 'hex')).ended).toBe(true);
    expect(new RawGuest(core.nodes[0]!).say(Buffer.from('0000ffb1010000000000007f', 'hex')).ended).toBe(true);
  });
});
