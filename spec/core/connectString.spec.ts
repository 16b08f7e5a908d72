import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseServers } from '../../lib/core/connectString.js';
import { formatEndpoint } from '../../lib/core/endpoint.js';
import { UsageError } from '../../lib/core/errors.js';

const at = (host: string, port = 2181) => ({ host, port });

describe('parseServers', () => {
  it.each<[string, readonly { host: string; port: number }[], string]>([
    ['localhost', [at('localhost')], ''],
    ['h1:2181,h2,[::1]:2182/chroot', [at('h1'), at('h2'), at('::1', 2182)], '/chroot'],
    ['zk://h1:1,h2:65535/a/b', [at('h1', 1), at('h2', 65535)], '/a/b'],
    ['127.0.0.1:2182', [at('127.0.0.1', 2182)], ''],
    ['[2001:db8::7]', [at('2001:db8::7')], ''],
    ['[fe80::1%eth0]:3000', [at('fe80::1%eth0', 3000)], ''],
    ['[::ffff:10.0.0.1]', [at('::ffff:10.0.0.1')], ''],
    ['zk_1.internal.,h-2', [at('zk_1.internal.'), at('h-2')], ''],
    ['h/', [at('h')], ''],
    ['h/with space', [at('h')], '/with space'],
    [' h1:2182 , h2\t,\nh3/a\n', [at('h1', 2182), at('h2'), at('h3')], '/a'],
    ['h:02181', [at('h')], ''],
  ])('reads %j', (text, endpoints, chroot) => {
    expect(parseServers(text)).toEqual({ endpoints, chroot });
  });

  it('takes the parts in an array', () => {
    expect(parseServers(['h1:1', 'h2', '[::1]:3/app'])).toEqual(parseServers('h1:1,h2,[::1]:3/app'));
    expect(parseServers(['zk://h1'])).toEqual({ endpoints: [at('h1')], chroot: '' });
  });

  it('gives servers without a port the port it is told', () => {
    expect(parseServers('a,b:7', 2281).endpoints).toEqual([at('a', 2281), at('b', 7)]);
    expect(() => parseServers('a', 0)).toThrow(UsageError);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing', '', /names no server/],
    ['white space', ' \n', /names no server/],
    ['a scheme alone', 'zk://', /names no server/],
    ['a chroot alone', '/app', /names no server/],
    ['no parts', [], /names no server/],
    ['no string', 2181, /must be a string/],
    ['undefined', undefined, /must be a string/],
    ['a part that is no string', ['h', 5], /must be a string/],
    ['an entry that is empty', 'h1,,h2', /empty entry/],
    ['a comma at the end', 'h1,', /empty entry/],
    ['a comma in front', ',h1', /empty entry/],
    ['a comma before the chroot', 'h1,/app', /empty entry/],
    ['an empty part', ['h1', ''], /empty entry/],
    ['a port that is a word', 'h:zookeeper', /port/],
    ['a port that is missing', 'h:', /port/],
    ['port 0', 'h:0', /port/],
    ['port 65536', 'h:65536', /port/],
    ['a negative port', 'h:-1', /port/],
    ['a port in hexadecimal', 'h:0x10', /port/],
    ['a port with an exponent', 'h:1e3', /port/],
    ['a port with a fraction', 'h:1.5', /port/],
    ['port 0 after brackets', '[::1]:0', /port/],
    ['a missing port after brackets', '[::1]:', /port/],
    ['no host', ':2181', /names no host/],
    ['white space within a host', 'h 1:2181', /names no host/],
    ['white space before a port', 'h1 :2181', /names no host/],
    ['white space within a port', 'h1:21 81', /port/],
    ['a user', 'user@h1', /names no host/],
    ['a query', 'h1?timeout=5', /names no host/],
    ['a bracket that is not closed', '[::1', /bracket is not closed/],
    ['a bracket that is not opened', 'a]:2181', /names no host/],
    ['empty brackets', '[]:2181', /no IPv6 address/],
    ['a name in brackets', '[localhost]:2181', /no IPv6 address/],
    ['more than a port after brackets', '[::1]2181', /more than a port/],
    ['an IPv6 address without brackets', '::1', /in brackets/],
    ['an IPv6 address and a port without brackets', 'fe80::1:2181', /in brackets/],
    ['two chroots', 'h1/a,h2/b', /two of them/],
    ['a chroot in the middle', 'h1/a,h2', /not at the end/],
    ['a chroot in the middle of an array', ['h1/a', 'h2'], /not at the end/],
    ['a chroot with a slash at its end', 'h/app/', /must not end with '\/'/],
    ['a chroot with an empty component', 'h//app', /empty component/],
    ['a relative chroot', 'h/../app', /'\.\.' as a component/],
    ['a chroot with a control character', 'h/a\u0000b', /U\+0000/],
    ['another scheme', 'http://h:80', /unknown scheme http:\/\//],
    ['two schemes', 'zk://zk://h', /unknown scheme/],
  ])('refuses %s', (_, servers, message) => {
    const parse = () => parseServers(servers as string);
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(
      expect.objectContaining({ argument: 'servers', message: expect.stringMatching(message) as never })
    );
  });

  const name = fc.stringMatching(/^[a-z0-9_]([a-z0-9_.-]{0,20}[a-z0-9])?$/);
  const endpoint = fc.record({ host: fc.oneof(name, fc.ipV4(), fc.ipV6()), port: fc.integer({ min: 1, max: 65535 }) });
  const chroot = fc
    .array(fc.stringMatching(/^[a-zA-Z0-9 _:@é-]{1,9}[a-z]$/), { maxLength: 3 })
    .map((parts) => parts.map((part) => `/${part}`).join(''));

  it('reads back what endpoints are written as', () => {
    fc.assert(
      fc.property(fc.array(endpoint, { minLength: 1, maxLength: 7 }), chroot, (endpoints, root) => {
        const parts = endpoints.map(formatEndpoint);
        parts[parts.length - 1] += root;
        expect(parseServers(parts)).toEqual({ endpoints, chroot: root });
        expect(parseServers(`zk://${parts.join(' , ')}`)).toEqual({ endpoints, chroot: root });
      })
    );
  });

  it('answers any text with servers or with a UsageError', () => {
    const letters = fc.constantFrom(...'ab1:,[]/%. -\n\u0000\ud83d', '2181', 'zk://', '::1');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(letters).map((parts) => parts.join(''))
        ),
        (text) => {
          try {
            const { endpoints, chroot: root } = parseServers(text);
            expect(endpoints.length).toBeGreaterThan(0);
            expect(
              endpoints.every(({ host, port }) => host !== '' && !/[\s,/]/.test(host) && port >= 1 && port <= 65535)
            ).toBe(true);
            expect(root).toMatch(/^($|\/[^]*[^/]$)/);
          } catch (error) {
            expect(error).toBeInstanceOf(UsageError);
          }
        }
      ),
      { numRuns: 2000 }
    );
  });
});
