import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Acl,
  CREATOR_ALL_ACL,
  OPEN_ACL,
  Permission,
  READ_ACL,
  type ZooKeeper,
  bytes,
  digestAcl,
  json,
  lock,
  utf8,
} from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

let world: VirtualWorld;
let zk: ZooKeeper;
beforeEach(() => {
  world = new VirtualWorld();
  ({ zk } = world.client());
});
const aclOf = (path: string): readonly Acl[] | undefined => world.server.tree().get(path)?.acl;
const textOf = (path: string) => String(world.server.tree().get(path)?.data);

describe('a view with a codec', () => {
  it('writes and reads all its values with it, in transactions too, unless a call has another', () => {
    const view = zk.with({ codec: json<{ n: number }>() }).chroot('/v');
    world.watch('tree', view.watchTree('/'), ({ root }) =>
      JSON.stringify([...(root?.children.values() ?? [])].map(({ value }) => value))
    );
    view.create('/', { n: 0 }).subscribe();
    view.create('/a', { n: 1 }).subscribe();
    view.createOrSet('/b', { n: 2 }).subscribe();
    world.after(100);
    view.set('/b', { n: 3 }).subscribe();
    view.transaction().create('/c', { n: 4 }).set('/a', { n: 5 }).commit().subscribe();
    view.create('/d', 'text', { codec: utf8 }).subscribe();
    world.after(100);
    expect(['/v/a', '/v/b', '/v/c', '/v/d'].map(textOf)).toEqual(['{"n":5}', '{"n":3}', '{"n":4}', 'text']);
    view.delete('/d').subscribe();
    world.watch('get', view.get('/a'), ({ value }) => String(value.n satisfies number));
    world.watch('local', view.get('/a', { read: 'sync' }), ({ value }) => String(value.n));
    world.watch('bytes', view.get('/a', { codec: bytes }), ({ value }) => String(value));
    world.watch('watch', view.watch('/b'), (node) => JSON.stringify(node.value));
    expect(
      world
        .after(100)
        .filter((line) => !line.startsWith('tree') && !line.endsWith('|'))
        .sort()
    ).toEqual(['bytes {"n":5}', 'get 5', 'local 5', 'watch {"n":3}']);
    view.set('/a', { n: 6 }).subscribe();
    expect(world.after(100).filter((line) => line.startsWith('tree'))).toEqual(['tree [{"n":6},{"n":3},{"n":4}]']);
  });

  it('fits its types: other values do not compile, and recipes want bytes', () => {
    const view = zk.with({ codec: json<{ n: number }>() });
    // @ts-expect-error no such value
    void view.set('/a', { m: 1 });
    // @ts-expect-error bytes need a codec of their own here
    void view.create('/a', new Uint8Array(1));
    // @ts-expect-error a lock writes bytes
    void lock(view, '/l');
    void view.with({ timeout: 5 }).set('/a', { n: 1 });
    void lock(view.with({ codec: bytes }), '/l');
    expect(() => zk.with({ codec: 'utf8' as never })).toThrow('options.codec');
  });

  it('leaves what is omitted without bytes', () => {
    zk.with({ codec: utf8 }).create('/a').subscribe();
    world.after(100);
    expect(world.server.tree().get('/a')?.data?.length).toBe(0);
  });
});

describe('a view with an ACL', () => {
  it('gives it to all nodes that it makes, those above included, unless a call has another', () => {
    const view = zk.with({ acl: READ_ACL });
    view.ensurePath('/e').subscribe();
    view.create('/c').subscribe();
    view.transaction().create('/t').create('/u', null, { acl: OPEN_ACL }).commit().subscribe();
    view.createOrSet('/s', null).subscribe();
    view.create('/o', null, { acl: OPEN_ACL }).subscribe();
    zk.create('/plain').subscribe();
    world.after(100);
    expect(['/e', '/c', '/t', '/u', '/s', '/o', '/plain'].map(aclOf)).toEqual([
      READ_ACL,
      READ_ACL,
      READ_ACL,
      OPEN_ACL,
      READ_ACL,
      OPEN_ACL,
      OPEN_ACL,
    ]);
  });

  it('chooses it by the path, as the view names it, also for views that are made of it', () => {
    const [seen, secret] = [new Set<string>(), [digestAcl('ann', 'secret'), ...OPEN_ACL]];
    const acl = (path: string) => (seen.add(path), path.startsWith('/app/secret') ? secret : undefined);
    const view = zk.chroot('/x').with({ acl });
    view.ensurePath('/app').subscribe();
    world.after(100);
    view.chroot('/app').create('/secret/a', null, { parents: true }).subscribe();
    world.after(100);
    view.chroot('/app').chroot('/secret').with({ timeout: 1000 }).transaction().create('/b').commit().subscribe();
    view.create('/app/p-', null, { protect: true, mode: 'persistentSequential', parents: true }).subscribe();
    zk.ensurePath('/x/app/secret').subscribe();
    world.after(200);
    expect(['/x', '/x/app', '/x/app/secret', '/x/app/secret/a'].map(aclOf)).toEqual([
      OPEN_ACL,
      OPEN_ACL,
      secret,
      secret,
    ]);
    expect([...seen].sort()).toEqual(['/', '/app', '/app/p-', '/app/secret', '/app/secret/a', '/app/secret/b']);
  });

  it('shows a mistake in it as an error of the call', () => {
    const code = (error: { code: string }) => void world.log.push(error.code ?? String(error));
    expect(() => zk.with({ acl: [] })).toThrow('options.acl');
    zk.with({ acl: () => [] })
      .create('/a')
      .subscribe({ error: code });
    const broken = () => {
      throw new Error('no policy');
    };
    zk.with({ acl: broken }).create('/a').subscribe({ error: code });
    zk.with({ acl: broken }).transaction().create('/a').commit().subscribe({ error: code });
    zk.with({ acl: broken }).ensurePath('/a').subscribe({ error: code });
    expect(world.after(100).sort()).toEqual(['Error: no policy', 'Error: no policy', 'Error: no policy', 'USAGE']);
  });
});

describe('digestAcl', () => {
  it('admits who presents the password, to what it says', () => {
    const acl = [digestAcl('ann', 'secret', Permission.READ)];
    // as Apache's DigestAuthenticationProvider and kazoo's make_digest_acl write it
    expect(digestAcl('super', 'test')).toEqual({
      permissions: 31,
      scheme: 'digest',
      id: 'super:D/InIHSb7yEEbrWz8b9l71RjZJU=',
    });
    const ann = world.client({ auth: [{ scheme: 'digest', auth: 'ann:secret' }] }).zk;
    zk.create('/a', null, { acl }).subscribe();
    world.after(100);
    world.watch('ann', ann.get('/a'), () => 'reads');
    world.watch('writes', ann.set('/a', null));
    world.watch('others', zk.get('/a'));
    expect(world.after(100).sort()).toEqual(['ann reads', 'ann |', 'others ! NO_AUTH', 'writes ! NO_AUTH']);
    expect(CREATOR_ALL_ACL).toHaveLength(1);
  });

  it('names what is wrong, and shows no password', () => {
    expect(() => digestAcl('a:b', 'secret')).toThrow('user: must not be empty or contain');
    expect(() => digestAcl('a', 7 as never)).toThrow('password: must be a string, not a number');
    expect(() => digestAcl('a', 'secret', 32)).toThrow('permissions');
  });
});
