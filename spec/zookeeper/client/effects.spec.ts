import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import type { CoordinationError, ZooKeeper } from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

const NOBODY = [{ permissions: 1, scheme: 'world', id: 'anyone' }];

let world: VirtualWorld;
let zk: ZooKeeper;
beforeEach(() => {
  world = new VirtualWorld();
  ({ zk } = world.client());
  world.after(100);
});

/** How a request ends. */
function endOf(request$: Observable<unknown>): unknown {
  let end: unknown = 'nothing';
  request$.subscribe({
    error: ({ code, effect, path, operation }: CoordinationError) => (end = `${code} ${effect} ${operation} ${path}`),
    complete: () => (end = 'done'),
  });
  world.after(2000);
  return end;
}
const made = (...paths: readonly string[]) => paths.forEach((path) => expect(endOf(zk.create(path))).toBe('done'));

describe('delete with recursive and a version', () => {
  beforeEach(() => made('/a', '/a/b', '/a/b/c', '/a/d'));

  it.each([5, 1, -2])('touches nothing when the node is of another version than %i', (version) => {
    expect(endOf(zk.delete('/a', { recursive: true, version }))).toBe('BAD_VERSION none delete /a');
    expect(world.children('/a')).toHaveLength(3);
  });

  it('touches nothing when the version is none', () => {
    expect(endOf(zk.delete('/a', { recursive: true, version: 0.5 }))).toBe('USAGE none delete /a');
    expect(world.children('/a')).toHaveLength(3);
  });

  it('deletes a node of that version, with all that is below it', () => {
    expect(endOf(zk.delete('/a', { recursive: true, version: 0 }))).toBe('done');
    expect(world.children('/')).not.toContain('a');
  });

  it('says that it may have changed something when the version changes meanwhile', () => {
    const ends: string[] = [];
    zk.delete('/a', { recursive: true, version: 0 }).subscribe({
      error: ({ code, effect }: CoordinationError) => ends.push(`${code} ${effect}`),
    });
    world.after(3); // it lists
    world.client().zk.set('/a', null).subscribe();
    world.after(2000);
    expect(ends.length === 0 || ends[0] === 'BAD_VERSION unknown' || world.children('/a').length === 3).toBe(true);
  });

  it('errors with NO_NODE for what is not there', () => {
    expect(endOf(zk.delete('/none', { recursive: true, version: 0 }))).toBe('NO_NODE none delete /none');
    expect(endOf(zk.delete('/none', { recursive: true }))).toBe('NO_NODE none delete /none');
  });
});

describe('the effect of several requests', () => {
  it('is unknown when a part of a tree was deleted before one was refused', () => {
    made('/a', '/a/kept', '/a/x');
    expect(endOf(zk.create('/a/kept/child'))).toBe('done');
    expect(endOf(zk.setAcl('/a/kept', NOBODY))).toBe('done'); // its child may not be deleted
    expect(endOf(zk.delete('/a', { recursive: true }))).toBe('NO_AUTH unknown delete /a/kept/child');
    expect(world.children('/a')).toEqual(['kept', 'kept/child']);
  });

  it('is none when nothing was deleted before one was refused', () => {
    made('/a', '/a/b');
    expect(endOf(zk.setAcl('/a', NOBODY))).toBe('done');
    expect(endOf(zk.delete('/a/b', { recursive: true }))).toBe('NO_AUTH none delete /a/b');
  });

  it('is unknown when nodes above were made before the create was refused, and none when none was', () => {
    made('/a');
    const acl = [{ permissions: 31, scheme: 'digest', id: 'no hash' }];
    expect(endOf(zk.create('/a/b', null, { parents: true, acl }))).toBe('INVALID_ACL none create /a/b');
    expect(endOf(zk.create('/a/b/c', null, { parents: true, parentsAcl: NOBODY }))).toBe(
      'NO_AUTH unknown create /a/b/c'
    );
    expect(world.children('/a')).toEqual(['b']);
  });
});

describe('below a root that does not exist', () => {
  it.each(['/r/app', '/r', '/r/s/t/app'])('the root is made from inside: %s', (root) => {
    const app = zk.chroot(root);
    expect(endOf(app.create('/', null, { parents: true }))).toBe('done');
    expect(endOf(app.exists('/'))).toBe('done');
    expect(endOf(zk.get(root))).toBe('done');
    expect(endOf(app.create('/', null, { parents: true }))).toBe('NODE_EXISTS none create /');
  });

  it.each([{ mode: 'ephemeralSequential' as const }, { protect: true }])(
    'a node just below it is made with it: %j',
    (options) => {
      expect(endOf(zk.chroot('/r/app').create('/', null, { parents: true, ...options }))).toBe('done');
      expect([...world.server.tree('/r/app').keys()]).toHaveLength(2);
    }
  );

  it('no other node makes it by itself', () => {
    expect(endOf(zk.chroot('/r/app').create('/x', null, { parents: true }))).toBe('NO_NODE none create /x');
  });

  const message = (request$: Observable<unknown>) => {
    let text = '';
    request$.subscribe({ error: (error: Error) => (text = error.message) });
    world.after(1000);
    return text;
  };

  it('the error names the node that is missing, and what to do', () => {
    const app = zk.chroot('/r/app');
    const makesRoot = "create('/', null, { parents: true }) makes it";
    expect(message(app.get('/x'))).toBe(
      `get: NO_NODE /x; if the root /r/app of this client does not exist, ${makesRoot}`
    );
    expect(message(app.create('/x'))).toBe(
      `create: NO_NODE /x; the root /r/app of this client does not exist: ${makesRoot}`
    );
    expect(message(app.create('/'))).toBe(
      'create: NO_NODE /; the parent /r of the root /r/app does not exist: ask for parents: true'
    );
    expect(message(app.create('/x/y'))).toBe(
      'create: NO_NODE /x/y; its parent /x (/r/app/x on the server) does not exist: create it, or ask for parents: true'
    );
    expect(message(app.transaction().create('/x').commit())).toBe(
      `transaction create: NO_NODE /x; the root /r/app of this client does not exist: ${makesRoot}`
    );
    expect(message(zk.create('/x/y'))).toBe(
      'create: NO_NODE /x/y; its parent /x does not exist: create it, or ask for parents: true'
    );
    expect(message(zk.get('/x'))).toBe('get: NO_NODE /x');
  });
});
