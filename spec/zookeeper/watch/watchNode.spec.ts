import { beforeEach, describe, expect, it } from '@jest/globals';
import { type WatchedNode, json, utf8 } from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const bytes = (text: string) => Buffer.from(text);

describe('a watch with a codec', () => {
  it('shows a bad write as unreadable, with the path and the metadata, and then the next good one', () => {
    const { zk } = world.client();
    const seen: WatchedNode<{ readonly a: number }>[] = [];
    zk.create('/n', bytes('{"a":1}')).subscribe();
    zk.watch('/n', { codec: json<{ readonly a: number }>() }).subscribe((node) => seen.push(node));
    world.after(20);
    for (const text of ['{', '{"a":2}']) {
      zk.set('/n', bytes(text)).subscribe();
      world.after(20);
    }
    expect(seen.map(({ kind, value, error, stat }) => [kind, value?.a, error?.code, stat?.version])).toEqual([
      ['present', 1, undefined, 0],
      ['unreadable', undefined, 'BAD_VALUE', 1],
      ['present', 2, undefined, 2],
    ]);
    expect(seen[1]).toMatchObject({ stale: false, error: { path: '/n', operation: 'watch' } });
  });

  it('is no concern of a watch without one, nor of one with another codec', () => {
    const { zk } = world.client();
    zk.create('/n', bytes('{')).subscribe();
    world.watch('json', zk.watch('/n', { codec: json() }), ({ kind }) => kind);
    world.watch('text', zk.watch('/n', { codec: utf8 }), ({ value }) => value!);
    world.watch('bytes', zk.watch('/n'), ({ value }) => String(value));
    expect(world.after(20).sort()).toEqual(['bytes {', 'json unreadable', 'text {']);
  });

  it('stays unreadable, and stale, while the link is lost', () => {
    const { zk, cut, heal } = world.client();
    zk.create('/n', bytes('{')).subscribe();
    world.watch('node', zk.watch('/n', { codec: json() }), ({ kind, cause }) => `${kind} ${cause?.code ?? 'fresh'}`);
    world.after(20);
    cut();
    expect(world.after(3000)).toEqual(['node unreadable CONNECTION_LOST']);
    heal();
    expect(world.after(3000)).toEqual(['node unreadable fresh']);
  });

  it('has the field `cause` while it is stale, and not while it is fresh', () => {
    const { zk, cut } = world.client();
    const fields: string[] = [];
    zk.watch('/n').subscribe((node) => fields.push(Object.keys(node).sort().join()));
    world.after(20);
    cut();
    world.after(3000);
    expect(fields).toEqual(['kind,path,stale,zxid', 'cause,kind,path,stale,zxid']);
  });
});

describe('a watch of the configuration', () => {
  it('has the shape of every watch', () => {
    const { zk } = world.client();
    world.watch('config', zk.watchConfig(), ({ kind, value, stale }) => `${kind} ${value?.members.length} ${stale}`);
    expect(world.after(20)).toEqual(['config present 0 false']);
  });
});
