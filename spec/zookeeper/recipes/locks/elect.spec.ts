import { beforeEach, describe, expect, it } from '@jest/globals';
import { NEVER, finalize, interval, map, merge, of } from 'rxjs';
import { type Leadership, elect, whileLeader } from '../../../../lib/index.js';
import { VirtualWorld } from '../../../helpers/virtualWorld.js';

let world: VirtualWorld;
beforeEach(() => void (world = new VirtualWorld()));

const role = (now: Leadership) => (now.role === 'candidate' ? `candidate ${now.ahead.length}` : now.role);

describe('an election', () => {
  it('has one leader; when it steps back, the next in line leads', () => {
    const [a, b] = [world.client(), world.client()];
    const first = world.watch('a', elect(a.zk, '/e'), role);
    world.time.advance(100);
    world.watch('b', elect(b.zk, '/e'), role);
    expect(world.after(100)).toEqual(['a leader', 'b candidate 1']);
    first.unsubscribe();
    expect(world.after(100)).toEqual(['b leader']);
  });

  it('pauses a leader whose link is lost, and lets it lead on with the same lease when that is proved in time', () => {
    const a = world.client();
    const leases = new Set<unknown>();
    world.watch('a', elect(a.zk, '/e'), (now) => (now.role !== 'candidate' && leases.add(now.lease), role(now)));
    world.after(1000);
    void world.server.refuse();
    expect(world.after(500)).toEqual(['a paused']);
    void world.server.accept();
    expect(world.after(1000)).toEqual(['a leader']);
    expect(leases.size).toBe(1);
  });

  it('never has two: a leader that is cut off has stepped back before the next one leads', () => {
    const [a, b] = [world.client(), world.client()];
    const leading = new Set<string>();
    const note = (name: string) => (now: Leadership) => {
      if (now.role === 'leader') leading.add(name);
      else leading.delete(name);
      return `${role(now)} [${[...leading].join()}]`;
    };
    world.watch('a', elect(a.zk, '/e'), note('a'));
    world.time.advance(100);
    world.watch('b', elect(b.zk, '/e'), note('b'));
    world.after(900);
    a.cut(); // in silence: it has to notice by itself
    expect(world.after(6000)).toEqual(['a candidate 0 []', 'b leader [b]']);
    a.heal();
    expect(world.after(6000)).toEqual(['a candidate 1 [b]']);
  });

  it('begins a new lease when proofs come again after too long, and the node still stands', () => {
    const a = world.client({ sessionTimeout: 8000, backoff: { min: 100, max: 200 } });
    const tokens: bigint[] = [];
    world.watch('a', elect(a.zk, '/e'), (now) => (now.role === 'leader' && tokens.push(now.lease.token), role(now)));
    world.after(1000);
    void world.server.refuse();
    expect(world.after(6000)).toEqual(['a paused', 'a candidate 0']);
    void world.server.accept(); // which starts all sessions over
    expect(world.after(8000)).toEqual(['a leader']);
    expect([tokens.length, tokens[0] === tokens[1]]).toEqual([2, true]);
  });

  it('is stood for anew after the session was lost, last in line', () => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', elect(a.zk, '/e'), role);
    world.time.advance(100);
    world.watch('b', elect(b.zk, '/e'), role);
    world.after(100);
    world.server.expire(a.zk.ticket.id);
    const after = world.after(1000);
    expect(after.filter((line) => line.startsWith('a'))).toEqual(['a paused', 'a candidate 0', 'a candidate 1']);
    expect(after.filter((line) => line.startsWith('b'))).toEqual(['b leader']);
  });

  it('completes with its client', () => {
    const a = world.client();
    world.watch('a', elect(a.zk, '/e'), role);
    world.after(100);
    void a.zk.close();
    expect(world.after(100)).toEqual(['a |']);
  });

  it('ends with what the server refuses', () => {
    const a = world.client();
    a.zk.create('/e', null, { acl: [{ permissions: 1, scheme: 'world', id: 'anyone' }] }).subscribe();
    world.after(100);
    world.watch('a', elect(a.zk, '/e'), role);
    expect(world.after(100)).toEqual(['a ! NO_AUTH']);
  });
});

describe('the work of a leader', () => {
  const work = (name: string) => () =>
    merge(of('begun'), interval(300, world.time).pipe(map(String)), NEVER).pipe(
      finalize(() => world.log.push(`${name} ended`))
    );
  const outage = () => {
    void world.server.refuse();
    const meanwhile = world.after(500);
    void world.server.accept();
    return meanwhile;
  };

  it.each([
    ['stop', ['a ended'], ['a begun', 'a 0', 'a 1']],
    ['keep', ['a 0', 'a 1'], ['a 2', 'a 3', 'a 4']],
    ['pause', [], ['a 0', 'a 1', 'a 2', 'a 3', 'a 4']],
  ] as const)('does as it was told while it is in doubt: %s', (onSuspend, meanwhile, afterwards) => {
    const { zk } = world.client();
    world.watch('a', elect(zk, '/e').pipe(whileLeader(work('a'), { onSuspend })));
    expect(world.after(200)).toEqual(['a begun']);
    expect(outage()).toEqual(meanwhile);
    expect(world.after(1000)).toEqual(afterwards);
  });

  it.each(['stop', 'keep', 'pause'] as const)('ends when the leadership is lost: %s', (onSuspend) => {
    const [a, b] = [world.client(), world.client()];
    world.watch('a', elect(a.zk, '/e').pipe(whileLeader(work('a'), { onSuspend })));
    world.time.advance(100);
    world.watch('b', elect(b.zk, '/e').pipe(whileLeader(work('b'), { onSuspend })));
    world.after(50);
    a.zk.delete(`/e/${world.children('/e')[0]}`).subscribe();
    expect(world.after(50)).toEqual(['a ended', 'b begun']);
  });

  it('ends with the election, and before the step back', () => {
    const { zk } = world.client();
    const subscription = world.watch('a', elect(zk, '/e').pipe(whileLeader(work('a'))));
    world.after(100);
    subscription.unsubscribe();
    expect([world.log, world.children('/e').length]).toEqual([['a ended'], 1]);
    expect([world.after(50), world.children('/e').length]).toEqual([['a ended'], 0]);
  });
});
