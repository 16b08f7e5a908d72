import { describe, expect, it } from '@jest/globals';
import { NEVER, type Observable, of, throwError } from 'rxjs';
import { type Diagnostic, connect, lock, open } from '../../../lib/arakoon/index.js';
import { ConnectError, type CoordinationError } from '../../../lib/core/errors.js';
import type { Link, Transport } from '../../../lib/core/link.js';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked, lstr, no, ok } from '../../helpers/arakoonWire.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

const CLUSTER = { id: 'ricky', nodes: { a: ['a:4000'], b: ['b:4000'] } };
const refused = (node: string) => new ConnectError(`cannot connect to ${node}:4000: refused`);

describe('an error for want of a master', () => {
  it('names the newest failure of each node, and has them as its cause', () => {
    const ground = new ArakoonGround({}, { names: ['a', 'b'], master: null });
    ground.peer.down['a'] = refused('a');
    const errors: CoordinationError[] = [];
    const abort = new AbortController();
    const note = { error: (error: CoordinationError) => errors.push(error) };
    ground.arakoon.get('x', { timeout: 3000 }).subscribe(note);
    ground.arakoon.get('x', { signal: abort.signal }).subscribe(note);
    ground.arakoon.get('x').subscribe(note);
    ground.pass(3000);
    abort.abort(new Error('enough'));
    void ground.arakoon.close();
    expect(errors.map(({ code }) => code)).toEqual(['TIMEOUT', 'ABORTED', 'CLOSED']);
    for (const { message, cause } of errors) {
      expect(message).toMatch(/cannot connect to a:4000: refused/);
      expect(message).toMatch(/b knows of no master/);
      expect((cause as AggregateError).errors.map(({ code }: CoordinationError) => code).sort()).toEqual([
        'CONNECT_FAILED',
        'NO_MASTER',
      ]);
    }
  });

  it('is in the error of a lock that is not held in time, which nobody else holds', () => {
    const ground = new ArakoonGround({}, { names: ['a'], master: null });
    ground.peer.down['a'] = refused('a');
    const errors: CoordinationError[] = [];
    lock(ground.arakoon, 'l', { timeout: 700 }).subscribe({ error: (error: CoordinationError) => errors.push(error) });
    ground.pass(701);
    expect(errors).toMatchObject([
      {
        code: 'NOT_ACQUIRED',
        message: 'no master within 700 ms: cannot connect to a:4000: refused',
        cause: { code: 'CONNECT_FAILED' },
      },
    ]);
  });

  it.each([NaN, 1, -1])('is not waited for with a `random` that gives %d', (drawn) => {
    const errors: CoordinationError[] = [];
    connect(CLUSTER, { random: () => drawn }).subscribe({ error: (error: CoordinationError) => errors.push(error) });
    expect(errors).toMatchObject([{ code: 'USAGE', argument: 'options.random' }]);
  });

  it('is what `open` rejects with', async () => {
    const transport: Transport = ({ host }) => throwError(() => refused(host));
    const time = new VirtualTime();
    const opened = open(CLUSTER, { transport, openTimeout: 200, scheduler: time }).catch((it: unknown) => it);
    time.advance(200);
    const error = (await opened) as CoordinationError;
    expect([error.code, error.message]).toEqual([
      'TIMEOUT',
      expect.stringMatching(/a:4000: refused.*b:4000: refused|b:4000: refused.*a:4000: refused/),
    ]);
    expect((error.cause as AggregateError).errors.length).toBe(2);
  });
});

describe('a transport that is none', () => {
  const link = { chunk$: NEVER, drain$: NEVER, write: () => true, soon: () => undefined };
  it.each<[string, unknown, RegExp]>([
    // prettier-ignore
    ['throws', () => { throw new TypeError('no such thing'); }, /options.transport: throws: no such thing/],
    ['returns no Observable', () => Promise.resolve(), /options.transport: must return an Observable/],
    ['emits nothing to write to', () => of({ chunk$: NEVER, drain$: NEVER }), /options.transport: must emit a Link/],
    ['emits no streams', () => of({ ...link, chunk$: [] }), /options.transport: must emit a Link/],
    ['emits null', () => of(null), /options.transport: must emit a Link/],
  ])('ends the client with an error that says so: it %s', (_, transport, why) => {
    const time = new VirtualTime();
    const errors: CoordinationError[] = [];
    const note = { error: (error: CoordinationError) => errors.push(error) };
    connect(CLUSTER, { transport: transport as Transport, scheduler: time }).subscribe({
      next: (arakoon) => void arakoon.get('x').subscribe(note),
      ...note,
    });
    time.advance(10);
    expect(errors.map(({ code }) => code).sort()).toEqual(['CLOSED', 'USAGE']);
    const usage = errors.find(({ code }) => code === 'USAGE')!;
    expect([usage.message, errors.find(({ code }) => code === 'CLOSED')!.cause]).toEqual([
      expect.stringMatching(why),
      usage,
    ]);
  });

  it('whose Observable fails with an error of its own is tried again, and says what that was', () => {
    const time = new VirtualTime();
    const told: Diagnostic[] = [];
    const bug = new TypeError('of undefined');
    const transport = (): Observable<Link> => throwError(() => bug);
    connect(CLUSTER, { transport, scheduler: time }).subscribe(({ diagnostics$ }) =>
      diagnostics$.subscribe((it) => told.push(it))
    );
    time.advance(500);
    expect(told.find(({ kind }) => kind === 'link-lost')).toMatchObject({
      node: expect.any(String),
      established: false,
      error: { cause: bug },
    });
  });
});

describe('diagnostics', () => {
  it('tell of dials, lost links, waits, refusals and of requests that are sent again', () => {
    const ground = new ArakoonGround({}, { names: ['a', 'b'] });
    const told: string[] = [];
    ground.arakoon.diagnostics$.subscribe({
      next: (it) =>
        told.push(
          'node' in it
            ? `${it.kind} ${it.node}`
            : it.kind === 'resending'
              ? `${it.kind} ${it.operation} ${it.path} ${it.attempt} ${it.error.code}`
              : it.kind
        ),
      complete: () => told.push('|'),
    });
    ground.peer.script('a').hears(asked.set('x', '1'), no(4, 'b')).ends();
    ground.peer.script('b').hears(asked.set('x', '1'), ok());
    ground.ask('x', ground.arakoon.set('x', Buffer.from('1')));
    ground.pass(2);
    ground.peer.elect('b');
    ground.pass(3000);
    expect(ground.said()).toEqual(['x: done']);
    expect(told.filter((line) => !line.startsWith('dialing'))).toEqual(
      expect.arrayContaining(['refused a', 'resending set x 2 NOT_MASTER', 'link-lost a'])
    );
    expect(told).toContain('dialing a');
    ground.peer.elect(null);
    ground.pass(20_000);
    expect(told).toContain('waiting');
    void ground.arakoon.close();
    expect(told.at(-1)).toBe('|');
  });

  it('tell of nodes that are avoided, and of those that answer again', () => {
    const ground = new ArakoonGround({ connectTimeout: 1000 }, { names: ['a', 'b'] });
    const told: unknown[] = [];
    ground.pass();
    ground.peer.script('b').hears(asked.getAnywhere('x'));
    ground.peer
      .script('a')
      .hears(asked.getAnywhere('x'), ok(lstr('1')))
      .hears(asked.getAnywhere('x'), ok(lstr('1')));
    ground.arakoon.diagnostics$.subscribe((it) => (it.kind === 'avoided' || it.kind === 'answering') && told.push(it));
    ground.ask('x', ground.arakoon.get('x', { consistency: 'none' }));
    ground.ask('x', ground.arakoon.get('x', { consistency: 'none' }));
    ground.pass(3000);
    expect([ground.said(), told]).toEqual([
      ['x: 1', 'x: 1'],
      [
        { kind: 'avoided', node: 'b', delay: 1000 },
        { kind: 'answering', node: 'b' },
      ],
    ]);
  });
});
