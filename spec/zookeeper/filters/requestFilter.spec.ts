import { beforeEach, describe, expect, it } from '@jest/globals';
import { defer, retry, tap, throwError } from 'rxjs';
import { type RequestFilter, type ZooKeeper, lock, utf8 } from '../../../lib/index.js';
import { VirtualWorld } from '../../helpers/virtualWorld.js';

let world: VirtualWorld;
let seen: string[];
let faults: string[]; // of the next requests that are named
const see: RequestFilter = ({ operation, path }, next) => (seen.push(`${operation} ${path ?? ''}`.trim()), next());

beforeEach(() => {
  seen = [];
  faults = [];
  world = new VirtualWorld({
    faults: ({ operation }) => (operation === faults[0] ? (faults.shift(), 'cutAfter') : undefined),
  });
});

/** A client with a node `/app/a`. Nothing was seen yet. */
function begin(use: readonly RequestFilter[] = []): ZooKeeper {
  const { zk } = world.client({ use });
  zk.create('/app/a', 'value', { parents: true, codec: utf8 }).subscribe();
  world.after(100);
  seen.length = 0;
  return zk;
}

describe('a filter of the option `use`', () => {
  it('sees the reads of watches and the requests of recipes, and not those of the session', () => {
    const zk = begin([see]);
    zk.watch('/app/a').subscribe();
    world.after(100);
    expect(seen.splice(0)).toEqual(['get /app/a']);
    lock(zk, '/app/lock').subscribe();
    world.after(100);
    expect(seen.splice(0)).toEqual(expect.arrayContaining([expect.stringMatching(/^create \/app\/lock\//)]));
    world.server.drop(); // watches are set again, and pings go on
    world.after(3000);
    expect(seen).not.toEqual([]);
    expect(seen.filter((each) => /watch|ping/i.test(each))).toEqual([]);
  });

  it('names the operations of a transaction as one, and paths as the caller does', () => {
    const app = begin([see]).chroot('/app');
    app.get('/a').subscribe();
    app.transaction().check('/a').set('/a', Buffer.of(1)).commit().subscribe();
    app.watch('/a').subscribe();
    world.after(100);
    expect(seen.slice(0, 3)).toEqual(['get /a', 'transaction', 'get /app/a']); // a watch belongs to all views
  });
});

describe('a filter of a view', () => {
  it('sees the requests of recipes that get the view, and no reads of watches', () => {
    const zk = begin();
    const view = zk.use(see);
    view.watch('/app/a').subscribe();
    zk.get('/app/a').subscribe();
    world.after(100);
    expect(seen).toEqual([]);
    lock(view, '/app/lock').subscribe();
    world.after(100);
    expect(seen).not.toEqual([]);
  });

  it('stays in the views that are made of it', () => {
    const view = begin().use(see);
    view.chroot('/app').get('/a').subscribe();
    view.with({ codec: utf8 }).get('/app/a').subscribe();
    world.after(100);
    expect(seen).toEqual(['get /a', 'get /app/a']);
  });
});

describe('a filter around the requests of a batch', () => {
  it('sees each, and its errors are outcomes', () => {
    const zk = begin();
    const denied = new RangeError('denied');
    const view = zk.use(({ readOnly }, next) => (readOnly ? next() : throwError(() => denied)));
    let kinds: string[] = [];
    view.batch([view.get('/app/a'), view.set('/app/a', null), zk.get('/app/a')]).subscribe((outcomes) => {
      kinds = outcomes.map(({ kind }) => kind);
    });
    world.after(100);
    expect(kinds).toEqual(['reply', 'retriable', 'reply']);
  });

  it('does not hide that a request was sent once', () => {
    faults = ['setData'];
    const zk = begin().use(({ operation }, next) => {
      let attempts = 0;
      const twice$ = defer(() => next(attempts++ === 0 ? undefined : { signal: AbortSignal.abort() }));
      return operation === 'set' ? twice$.pipe(retry(1)) : next();
    });
    const kinds: string[] = [];
    zk.batch([zk.set('/app/a', null)])
      .pipe(tap(([outcome]) => kinds.push(outcome.kind)))
      .subscribe();
    world.after(3000);
    expect([kinds, faults]).toEqual([['lost'], []]);
  });
});
