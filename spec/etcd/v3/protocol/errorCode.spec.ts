import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerError } from '../../../../lib/core/errors.js';
import { codeOf, mayPass, refusal } from '../../../../lib/etcd/v3/protocol/errorCode.js';

describe('a refusal of etcd', () => {
  it('has a code of its own for all words of the captures that are etcd’s', () => {
    const said = readFileSync(join(__dirname, '../../../fixtures/etcd/v3-gateway.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { response?: { json?: { code?: number; message?: string } } }).response?.json)
      .filter((json) => json?.message?.startsWith('etcdserver:'));
    expect(said.length).toBeGreaterThan(10);
    const generic = /^(UNKNOWN|INVALID_ARGUMENT|NOT_FOUND|FAILED_PRECONDITION|OUT_OF_RANGE|UNAVAILABLE)$/;
    expect(said.filter((json) => generic.test(codeOf(json!.code!, json!.message!)))).toEqual([]);
  });

  it('has the status of gRPC where the words are not known', () => {
    expect(codeOf(12, 'unknown method Nope for service etcdserverpb.KV')).toBe('UNIMPLEMENTED');
    expect(codeOf(2, 'context deadline exceeded')).toBe('DEADLINE_EXCEEDED');
    expect(codeOf(8, 'grpc: received message larger than max (2200008 vs. 2097152)')).toBe('TOO_LARGE');
    expect(codeOf(99, 'whatever')).toBe('UNKNOWN');
  });

  it('has the same code when a request for maintenance is refused, in other words', () => {
    expect(codeOf(2, 'auth: invalid auth token')).toBe('INVALID_TOKEN');
    expect(codeOf(2, 'auth: permission denied')).toBe('PERMISSION_DENIED');
    expect(codeOf(2, 'auth: revision in header is old')).toBe('OLD_AUTH_REVISION');
  });

  it('leaves the effect of a write unknown when the server gave up waiting, and of nothing else', () => {
    const effect = (status: number, words: string, isRead = false) => refusal(status, words, isRead).effect;
    expect(effect(14, 'etcdserver: request timed out')).toBe('unknown');
    expect(effect(14, 'etcdserver: leader changed')).toBe('unknown');
    expect(effect(14, 'transport is closing')).toBe('unknown');
    expect(effect(14, 'etcdserver: request timed out', true)).toBe('none');
    expect(effect(14, 'etcdserver: no leader')).toBe('none');
    expect(effect(3, 'etcdserver: key is not provided')).toBe('none');
  });

  it('names the operation, the key, and the server’s own words', () => {
    const error = refusal(7, 'etcdserver: permission denied', false, { operation: 'put', path: '/a' }) as ServerError;
    expect(error.message).toBe('put /a: PERMISSION_DENIED (etcdserver: permission denied)');
    expect([error.code, error.number, error.path]).toEqual(['PERMISSION_DENIED', 7, '/a']);
    expect([mayPass('NO_LEADER'), mayPass('PERMISSION_DENIED')]).toEqual([true, false]);
  });
});
