import { describe, expect, it } from '@jest/globals';
import type { WatchedNode, WatcherType } from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

const shown = (node: WatchedNode) =>
  (node.kind === 'present' ? String(Buffer.from(node.value ?? [])) : node.kind) + (node.stale ? '?' : '');

/** A world with a node `/p`, a client that may add watches by hand, and one that makes changes. */
function stage(version = '3.8.0', faults?: ConstructorParameters<typeof VirtualWorld>[0]) {
  const world = new VirtualWorld({ version, ...faults });
  const [writer, client] = [world.client({ serverVersion: version }), world.client({ serverVersion: version })];
  world.after(10);
  writer.zk.create('/p', Buffer.from('0')).subscribe();
  world.after(10);
  const { zk } = client;
  return {
    world,
    zk,
    client,
    /** Changes the node's data and its children, twice, and gives what was logged. */
    change: () => {
      const log: string[] = [];
      for (const value of ['1', '2']) {
        writer.zk.set('/p', Buffer.from(value)).subscribe();
        writer.zk.create(`/p/${value}`, null).subscribe();
        log.push(...world.after(50));
        writer.zk.set('/p', Buffer.from('0')).subscribe();
        writer.zk.delete(`/p/${value}`).subscribe();
        log.push(...world.after(50));
      }
      return log.sort();
    },
  };
}

/** Everybody who may watch a path. */
function everybody({ world, zk }: ReturnType<typeof stage>): void {
  world.watch('node', zk.watch('/p'), shown);
  world.watch('list', zk.watchChildren('/p'), ({ names, stale }) => names.join() + (stale ? '?' : ''));
  world.watch('events', zk.events('/p'), ({ type }) => type);
  world.watch('tree', zk.watchTree('/p'), ({ size, root, stale }) =>
    `${size} ${shown(root as never)}${stale ? '?' : ''}`.replace(
      'undefined',
      shown({ kind: 'present', ...root, stale } as never)
    )
  );
}

for (const version of ['3.6.3', '3.8.0', '3.9.3']) {
  const TYPES: readonly WatcherType[] = version.startsWith('3.9')
    ? ['any', 'children', 'data', 'persistent', 'persistentRecursive']
    : ['any', 'children', 'data'];

  describe(`removeWatches, on a server ${version}`, () => {
    const undisturbed = () => {
      const it = stage(version);
      everybody(it);
      it.world.after(50);
      return it.change();
    };

    for (const type of TYPES) {
      it(`is NO_WATCHER where nothing was added, and everybody keeps their watch: ${type}`, () => {
        const it = stage(version);
        everybody(it);
        it.world.after(50);
        it.world.watch('remove', it.zk.removeWatches('/p', type));
        expect(it.world.after(20)).toEqual(['remove ! NO_WATCHER']);
        expect(it.change()).toEqual(undisturbed());
      });
    }

    it('removes what was added, once, and everybody keeps their watch', () => {
      for (const mode of ['persistent', 'persistentRecursive'] as const) {
        const it = stage(version);
        it.world.watch('add', it.zk.addWatch('/p', mode), () => 'ok');
        expect(it.world.after(20)).toEqual(['add ok', 'add |']);
        everybody(it);
        it.world.after(50);
        it.world.watch('again', it.zk.addWatch('/p', mode), () => 'ok');
        it.world.watch('remove', it.zk.removeWatches('/p'), () => 'ok');
        it.world.watch('twice', it.zk.removeWatches('/p'));
        expect(it.world.after(20).sort()).toEqual([
          'again ok',
          'again |',
          'remove ok',
          'remove |',
          'twice ! NO_WATCHER',
        ]);
        expect(it.change()).toEqual(undisturbed());
      }
    });

    it('leaves what is asked for in the same turn, before or after', () => {
      for (const first of ['remove', 'watch']) {
        const it = stage(version);
        it.zk.addWatch('/p').subscribe();
        it.world.after(20);
        if (first === 'watch') it.world.watch('node', it.zk.watch('/p'), shown);
        it.zk.removeWatches('/p').subscribe();
        if (first === 'remove') it.world.watch('node', it.zk.watch('/p'), shown);
        expect(it.world.after(20)).toEqual(['node 0']);
        expect(it.change()).toEqual(['node 0', 'node 0', 'node 1', 'node 2']);
      }
    });

    it('removes after a reconnect what was added before it', () => {
      const it = stage(version);
      it.zk.addWatch('/p').subscribe();
      it.world.after(20);
      it.world.server.drop();
      it.world.after(500);
      it.world.watch('event', it.zk.events$, ({ type }) => type);
      expect(it.change()).toHaveLength(8);
      it.world.watch('remove', it.zk.removeWatches('/p'), () => 'ok');
      expect(it.world.after(20)).toEqual(['remove ok', 'remove |']);
      expect(it.change()).toEqual([]);
    });

    it('takes one mode, and the other stays', () => {
      const it = stage(version);
      it.zk.addWatch('/p', 'persistent').subscribe();
      it.zk.addWatch('/p', 'persistentRecursive').subscribe();
      it.world.after(20);
      it.zk.removeWatches('/p', 'persistentRecursive').subscribe();
      it.world.after(20);
      it.world.watch('event', it.zk.events$, ({ type, path }) => `${type} ${path}`);
      expect(new Set(it.change())).toEqual(new Set(['event childrenChanged /p', 'event dataChanged /p']));
      it.world.watch('remove', it.zk.removeWatches('/p', 'persistentRecursive'));
      expect(it.world.after(20)).toEqual(['remove ! NO_WATCHER']);
    });

    it('takes one half, and then the other', () => {
      const it = stage(version);
      it.zk.addWatch('/p').subscribe();
      it.world.after(20);
      for (const type of ['data', 'data', 'children', 'any'] as const)
        it.world.watch(type, it.zk.removeWatches('/p', type), () => 'ok');
      expect(it.world.after(20).sort()).toEqual([
        'any ! NO_WATCHER',
        'children ok',
        'children |',
        'data ! NO_WATCHER',
        'data ok',
        'data |',
      ]);
      it.world.watch('event', it.zk.events$, ({ type }) => type);
      expect(it.change()).toEqual([]);
    });

    it('means the paths of its own view', () => {
      const it = stage(version);
      const below = it.zk.chroot('/p');
      it.world.watch('node', it.zk.watch('/p'), shown);
      it.world.watch('remove', below.removeWatches('/'));
      it.world.watch('add', below.addWatch('/'), () => 'ok');
      expect(it.world.after(20).sort()).toEqual(['add ok', 'add |', 'node 0', 'remove ! NO_WATCHER']);
      it.world.watch('remove', it.zk.removeWatches('/p'), () => 'ok');
      it.world.watch('again', below.removeWatches('/'));
      expect(it.world.after(20).sort()).toEqual(['again ! NO_WATCHER', 'remove ok', 'remove |']);
      expect(it.change()).toEqual(['node 0', 'node 0', 'node 1', 'node 2']);
    });
  });
}

describe('addWatch', () => {
  it('takes no recursive watch away from those who have one', () => {
    const it = stage();
    it.world.watch('events', it.zk.events('/p', { recursive: true }), ({ type, path }) => `${type} ${path}`);
    it.world.after(20);
    it.zk.addWatch('/p', 'persistent').subscribe();
    it.world.after(20);
    expect(it.change()).toHaveLength(8);
  });

  it('errors when the server refuses, and adds nothing', () => {
    let error: number | undefined = -127;
    const it = stage('3.8.0', {
      faults: ({ operation }) => (operation === 'addWatch' && error !== undefined ? { error } : undefined),
    });
    it.world.watch('add', it.zk.addWatch('/p'));
    expect(it.world.after(20)).toEqual(['add ! THROTTLED_OP']);
    error = undefined;
    it.world.watch('remove', it.zk.removeWatches('/p'));
    expect(it.world.after(5000)).toEqual(['remove ! NO_WATCHER']);
    it.world.watch('event', it.zk.events$, ({ type }) => type);
    expect(it.change()).toEqual([]);
  });

  it('adds nothing when it is left before it is answered', () => {
    const it = stage();
    it.zk.addWatch('/p').subscribe().unsubscribe();
    it.world.after(20);
    it.world.watch('event', it.zk.events$, ({ type }) => type);
    expect(it.change()).toEqual([]);
  });

  it('is UNSUPPORTED before 3.6, and removeWatches finds nothing there', () => {
    const it = stage('3.5.9');
    it.world.watch('add', it.zk.addWatch('/p'));
    expect(it.world.after(20)).toEqual(['add ! UNSUPPORTED']);
    it.world.watch('remove', it.zk.removeWatches('/p'));
    expect(it.world.after(20)).toEqual(['remove ! NO_WATCHER']);
  });

  it('is UNSUPPORTED where the server turns out to have no recursive watches', () => {
    const it = stage('3.8.0', { faults: ({ operation }) => (operation === 'addWatch' ? { error: -6 } : undefined) });
    it.world.watch('add', it.zk.addWatch('/p', 'persistentRecursive'));
    it.world.watch('plain', it.zk.addWatch('/p'), () => 'ok');
    expect(it.world.after(20).sort()).toEqual(['add ! UNSUPPORTED', 'plain ok', 'plain |']);
  });
});

describe('a watch that was added by hand', () => {
  it('reports what has changed while there was no link, whether or not anything was reported before', () => {
    for (const before of [false, true]) {
      const world = new VirtualWorld();
      const [writer, { zk, cut, heal }] = [world.client(), world.client()];
      world.after(10);
      writer.zk.create('/p').subscribe();
      world.after(10);
      zk.events$.subscribe(({ type, path }) => world.log.push(`${type} ${path}`));
      for (const path of ['/p', '/none']) zk.addWatch(path).subscribe();
      world.after(20);
      if (before) writer.zk.set('/p', null).subscribe();
      expect(world.after(20)).toEqual(before ? ['dataChanged /p'] : []);
      zk.exists('/').subscribe();
      world.after(20);
      world.server.drop();
      cut();
      world.after(500);
      writer.zk.set('/p', null).subscribe();
      for (const path of ['/none', '/p/kid']) writer.zk.create(path).subscribe();
      world.after(20);
      heal();
      expect(world.after(3000).sort()).toEqual(['childrenChanged /p', 'created /none', 'dataChanged /p']);
      writer.zk.set('/p', null).subscribe();
      expect(world.after(20)).toEqual(['dataChanged /p']);
    }
  });
});
