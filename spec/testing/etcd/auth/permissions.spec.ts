import { describe, expect, it } from '@jest/globals';
import { Permissions, covers } from '../../../../lib/testing/etcd/auth/permissions.js';
import { bytes } from '../../../helpers/etcdCalls.js';

const range = (key: string, end = '') => ({ key: bytes(key), rangeEnd: bytes(end) });
const grants = (...ranges: readonly (readonly [key: string, end?: string])[]) =>
  ranges.map(([key, end]) => ({ permType: 'read' as const, ...range(key, end) }));

describe('the permissions of a role', () => {
  it('cover a range together, if there is no gap between them', () => {
    const given = grants(['c', 'e'], ['a', 'c'], ['f']);
    expect(covers(given, 'read', range('a', 'e'))).toBe(true);
    expect(covers(given, 'read', range('b', 'f'))).toBe(false);
    expect(covers(given, 'read', range('f'))).toBe(true);
    expect(covers(given, 'read', range('a', '\0'))).toBe(false);
    expect(covers(given, 'write', range('a'))).toBe(false);
    expect(covers(grants(['c', '\0'], ['a', 'd']), 'read', range('a', '\0'))).toBe(true);
  });

  it('are one for each range, in order', () => {
    const permissions = new Permissions();
    permissions.grant({ permType: 'read', ...range('b') });
    permissions.grant({ permType: 'read', ...range('a', 'c') });
    permissions.grant({ permType: 'readwrite', ...range('b') });
    expect(permissions.all.map(({ permType, key }) => `${permType} ${String(key)}`)).toEqual(['read a', 'readwrite b']);
    expect([permissions.revoke(range('b')), permissions.revoke(range('b'))]).toEqual([true, false]);
  });
});
