import { describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import {
  type CoordinationError,
  type ZooKeeper,
  enqueue,
  isCoordinationError,
  simpleQueue,
} from '../../../lib/index.js';
import { LAST_NUMBER, worldThatCounts } from '../../helpers/numbered.js';

/** A world in which the parent `/p` has given its last number, and a node has it. */
function exhausted(chroot = '') {
  const world = worldThatCounts({ '/p': LAST_NUMBER, '/q': 0, '/q/entries': LAST_NUMBER });
  const { zk } = world.client();
  world.after(10);
  const view = chroot === '' ? zk : zk.chroot(chroot);
  const refusalOf = (request$: Observable<unknown>) => {
    let refusal: CoordinationError | undefined;
    request$.subscribe({ error: (error: CoordinationError) => (refusal = error) });
    world.after(100);
    return refusal;
  };
  return { view, refusalOf };
}

const sequential = { mode: 'persistentSequential' } as const;
const CREATIONS: Readonly<Record<string, readonly [parent: string, create: (zk: ZooKeeper) => Observable<unknown>]>> = {
  'a create': ['/p', (zk) => zk.create('/p/n-', null, sequential)],
  'a create of an ephemeral node': ['/p', (zk) => zk.create('/p/n-', null, { mode: 'ephemeralSequential' })],
  'a create with parents': ['/p', (zk) => zk.create('/p/n-', null, { ...sequential, parents: true })],
  'a transaction': ['/p', (zk) => zk.transaction().create('/p/n-', null, sequential).commit()],
  'an item of a queue': ['/q/entries', (zk) => enqueue(zk, '/q', new Uint8Array())],
  'an item of a simple queue': ['/p', (zk) => simpleQueue(zk, '/p').put(new Uint8Array())],
};

describe('a sequential node below a parent that has no more numbers', () => {
  it.each(Object.keys(CREATIONS))('is refused with an error that says so, and what to do: %s', (name) => {
    const [parent, create] = CREATIONS[name]!;
    const { view, refusalOf } = exhausted();
    expect(refusalOf(create(view))).toBeUndefined(); // the last one
    const error = refusalOf(create(view))!;
    expect(isCoordinationError(error, 'NUMBER_TAKEN')).toBe(true);
    expect(error).toMatchObject({ layer: 'server', effect: 'none', number: -110 });
    expect(error.message).toContain(
      `If its parent ${parent} has numbered 2^31 nodes, its counter is exhausted for good`
    );
    expect(error.message).toContain('create nodes below another parent');
  });

  it('names the parent as the client does', () => {
    const { view, refusalOf } = exhausted('/q');
    const create = () => view.create('/entries/n-', null, sequential);
    refusalOf(create());
    expect(refusalOf(create())!.message).toContain('its parent /entries has numbered');
  });

  it('says of a node without a number that it exists', () => {
    const { view, refusalOf } = exhausted();
    expect(refusalOf(view.create('/p', null))).toMatchObject({ code: 'NODE_EXISTS' });
    expect(refusalOf(view.transaction().create('/p', null).commit())).toMatchObject({ code: 'NODE_EXISTS', index: 0 });
  });
});
