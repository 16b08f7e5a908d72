import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Observable } from 'rxjs';
import { ConnectError, type CoordinationError } from '../../../lib/core/errors.js';
import { lock, multiLock, semaphore } from '../../../lib/index.js';
import { open } from '../../../lib/zookeeper/open.js';
import { scriptedClients } from '../../helpers/scriptedClients.js';

let { time, peer, client } = scriptedClients();
beforeEach(() => void ({ time, peer, client } = scriptedClients()));

/** Two servers that refuse, each in its own way, over and over. */
function refused(rounds = 40): void {
  for (let i = 0; i < rounds; i++) {
    peer.refuses(new ConnectError('connect ECONNREFUSED'));
    peer.refuses(new ConnectError('alert: certificate required'));
  }
}

/** What an error says that comes before there is a connection: the newest failure of both servers. */
const bothServers = expect.objectContaining({
  message: expect.stringMatching(/[ab]:2181: .*(ECONNREFUSED.*certificate|certificate.*ECONNREFUSED)/) as unknown,
  cause: expect.objectContaining({
    errors: expect.arrayContaining([
      expect.objectContaining({ message: 'connect ECONNREFUSED' }),
      expect.objectContaining({ message: 'alert: certificate required' }),
    ]) as unknown,
  }) as unknown,
});

describe('without a usable server, the last failure of each server is in the error', () => {
  const options = () => ({ scheduler: time, transport: peer.transport, random: () => 0, serverVersion: '3.8.0' });

  it('of an open that is aborted', async () => {
    refused();
    const abort = new AbortController();
    const opened = open('a,b', { ...options(), signal: abort.signal });
    time.advance(1000);
    abort.abort();
    await expect(opened).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(opened).rejects.toEqual(bothServers);
  });

  it('of an open that is not connected in time', async () => {
    refused();
    const opened = open('a,b', { ...options(), openTimeout: 1000 });
    time.advance(1000);
    await expect(opened).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(opened).rejects.toEqual(bothServers);
  });

  it('of an open that is aborted with one server alone, as the cause itself', async () => {
    const refusal = new ConnectError('cannot connect to a:2181: no such name', { code: 'NAME_NOT_FOUND' });
    for (let i = 0; i < 20; i++) peer.refuses(refusal);
    const abort = new AbortController();
    const opened = open('a', { ...options(), signal: abort.signal });
    time.advance(1000);
    abort.abort();
    await expect(opened).rejects.toMatchObject({
      cause: refusal,
      message: 'aborted before it was connected: cannot connect to a:2181: no such name',
    });
  });

  it.each([
    ['that times out', { timeout: 700 }, 'TIMEOUT', () => undefined],
    ['that is aborted', {}, 'ABORTED', (abort: AbortController) => abort.abort()],
    ['whose client is closed', {}, 'CLOSED', (_: AbortController, close: () => void) => close()],
  ])('of a request %s', (_, more, code, act) => {
    refused();
    const { seen } = client('a,b');
    const errors: CoordinationError[] = [];
    const abort = new AbortController();
    seen.zk
      .get('/a', { signal: abort.signal, ...more })
      .subscribe({ error: (error: CoordinationError) => errors.push(error) });
    time.advance(800);
    act(abort, () => void seen.zk.close());
    expect(errors).toEqual([bothServers]);
    expect(errors[0]).toMatchObject({ code, effect: 'none', operation: 'get', path: '/a' });
  });

  it('of a lock that is not held in time, which nobody else holds', () => {
    refused();
    const { seen } = client('a,b');
    const errors: CoordinationError[] = [];
    for (const it$ of [
      lock(seen.zk, '/l', { timeout: 700 }),
      multiLock(seen.zk, ['/l'], { timeout: 700 }),
      semaphore(seen.zk, '/l', 1, { timeout: 700 }),
    ] as const)
      (it$ as Observable<unknown>).subscribe({ error: (error: CoordinationError) => errors.push(error) });
    time.advance(702);
    expect(errors.map(({ message }) => message)).toEqual(
      Array(3).fill(expect.stringMatching(/no connection within 700 ms: .*ECONNREFUSED/))
    );
    expect(errors.map(({ cause }) => (cause as AggregateError).errors.length)).toEqual([2, 2, 2]);
    expect(errors[0]).toMatchObject({ code: 'NOT_ACQUIRED', effect: 'none', path: '/l' });
  });

  it('of a request that does not wait', () => {
    refused();
    const { seen } = client('a,b', { offline: 'fail' });
    const errors: CoordinationError[] = [];
    time.advance(800);
    seen.zk.get('/a').subscribe({ error: (error: CoordinationError) => errors.push(error) });
    time.advance(1);
    expect(errors[0]).toMatchObject({ code: 'CONNECTION_LOST', effect: 'none' });
    expect(errors[0]!.message).toContain('ECONNREFUSED');
  });

  it('of a request that waited when the session was lost', () => {
    peer.dialled().connects({ timeout: 9000 });
    const { seen } = client('a,b');
    time.advance(10);
    refused(200);
    peer.current.ends();
    const errors: CoordinationError[] = [];
    seen.zk.get('/a').subscribe({ error: (error: CoordinationError) => errors.push(error) });
    time.advance(10_000);
    expect(errors).toEqual([bothServers]);
    expect(errors[0]).toMatchObject({ code: 'EXPIRED', effect: 'none' });
  });
});

describe('a failure that is over', () => {
  it('is not named any more', () => {
    peer.refuses();
    peer
      .dialled()
      .connects()
      .asks(4, '/a', () => []);
    const { seen } = client('a,b');
    const errors: CoordinationError[] = [];
    seen.zk.get('/a', { timeout: 1000 }).subscribe({ error: (error: CoordinationError) => errors.push(error) });
    time.advance(1000);
    expect(errors[0]).toMatchObject({ code: 'TIMEOUT', message: 'get: no reply within 1000 ms' });
    expect(errors[0]!.cause).toBeUndefined();
  });
});
