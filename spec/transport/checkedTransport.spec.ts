import { beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, NEVER, Observable, of, throwError } from 'rxjs';
import type { Link, Transport } from '../../lib/core/link.js';
import { scriptedClients } from '../helpers/scriptedClients.js';
import { TestLink } from '../helpers/testLink.js';

let { time, client } = scriptedClients();
beforeEach(() => void ({ time, client } = scriptedClients()));

const link = (more: object): never => Object.assign(new TestLink((task) => void time.schedule(task)), more) as never;
const throwing = () => {
  throw new Error('boom');
};

describe('a transport of the user’s own', () => {
  it.each<[string, Transport, string]>([
    ['throws', throwing, 'boom'],
    ['returns no Observable', (() => 5) as never, 'Observable'],
    ['returns a promise', (async () => link({})) as never, 'Observable'],
    ['emits nothing that is a Link', () => of({ send: () => true }) as never, 'Link'],
    ['emits undefined', () => of(undefined) as never, 'Link'],
    ['emits a Link whose write throws', () => new Observable((to) => to.next(link({ write: throwing }))), 'boom'],
    [
      'emits a Link whose write says nothing',
      () => new Observable((to) => to.next(link({ write: () => undefined }))),
      'write',
    ],
    ['emits a Link whose soon throws', () => new Observable((to) => to.next(link({ soon: throwing }))), 'boom'],
  ])('that %s ends the client with an error that names it', (_, transport, said) => {
    const { seen } = client('a', { transport });
    time.advance(60_000);
    expect(seen.error).toMatchObject({ code: 'USAGE', argument: 'options.transport' });
    expect(seen.error!.message).toContain(said);
  });

  it.each<[string, Transport, string]>([
    ['errors with an error of its own', () => throwError(() => new Error('no route')), 'no route'],
    ['completes', () => EMPTY, 'completed'],
    [
      'brings bytes that end in an error of its own',
      () => new Observable((to) => to.next(link({ chunk$: throwError(() => new Error('no route')) }))),
      'no route',
    ],
  ])('that %s is tried again, and it is said why', (_, transport, said) => {
    let dials = 0;
    const { seen } = client('a', { transport: (endpoint) => (dials++, transport(endpoint)) });
    const errors: unknown[] = [];
    seen.zk.get('/a', { timeout: 5000 }).subscribe({ error: ({ message }: Error) => errors.push(message) });
    const lost: string[] = [];
    seen.zk.diagnostics$.subscribe(
      (each) => each.kind === 'link-lost' && lost.push(`${each.error.layer} ${each.error.message}`)
    );
    time.advance(10_000);
    expect(seen.error).toBeUndefined();
    expect(dials).toBeGreaterThan(2);
    expect(lost.every((each) => each.startsWith('transport') && each.includes(said))).toBe(true);
    expect(errors).toEqual([expect.stringContaining(said)]);
  });

  it('that completes after its Link keeps it', () => {
    let dials = 0;
    client('a', { transport: () => (dials++, of<Link>(link({}))), connectTimeout: 5000 });
    time.advance(4000);
    expect(dials).toBe(1);
  });
});

describe('another option that does not do what it should', () => {
  it.each([
    ['NaN', NaN],
    ['one', 1],
    ['a string', 'x'],
  ])('random, which gives %s, ends the client with an error that names it', (_, drawn) => {
    const { seen } = client('a,b', { random: () => drawn as number, transport: () => NEVER });
    time.advance(1000);
    expect(seen.error).toMatchObject({ code: 'USAGE', argument: 'options.random' });
  });

  it('a SASL mechanism that cannot begin is a login that failed', () => {
    const { peer, client: clientOf, time: clock } = scriptedClients();
    peer.dialled().connects();
    const { seen } = clientOf('a', { sasl: { name: 'X', start: throwing } });
    clock.advance(1000);
    expect(seen.error).toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('boom') });
  });
});
