import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isClusterUrl, parseClusterUrl } from '../../lib/arakoon/clusterUrl.js';
import { UsageError } from '../../lib/core/errors.js';

function fault(url: string): string {
  try {
    return JSON.stringify(parseClusterUrl(url));
  } catch (error) {
    if (error instanceof UsageError && error.argument === 'cluster') return error.message.replace(/^cluster: /, '');
    throw error;
  }
}

describe('a URL of a cluster', () => {
  it('has its id, and its nodes by their names, each with one address or several', () => {
    const cluster = {
      id: 'ricky',
      nodes: { arakoon_0: ['10.0.0.1:4000'], arakoon_1: ['10.0.0.2:4000', '[::1]:4001'] },
    };
    const query = '?arakoon_0=10.0.0.1:4000&arakoon_1=10.0.0.2:4000,[::1]:4001';
    expect([parseClusterUrl(`arakoon://ricky${query}`), parseClusterUrl(`arakoon://ricky/${query}&`)]).toEqual([
      cluster,
      cluster,
    ]);
    expect([isClusterUrl('arakoon://x'), isClusterUrl('zk://x')]).toEqual([true, false]);
  });

  it('reads back whatever names are written, however odd', () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 });
    const nodes = fc.dictionary(
      word,
      fc.array(
        fc.domain().map((host) => `${host}:4000`),
        { minLength: 1, maxLength: 3 }
      ),
      { minKeys: 1, maxKeys: 4 }
    );
    fc.assert(
      fc.property(word, nodes, (id, each) => {
        const query = Object.entries(each).map(
          ([name, addresses]) => `${encodeURIComponent(name)}=${addresses.join(',')}`
        );
        expect(parseClusterUrl(`arakoon://${encodeURIComponent(id)}?${query.join('&')}`)).toEqual({ id, nodes: each });
      })
    );
  });

  it.each([
    [
      'arakoon://ricky/some/key?ini=/etc/access.ini',
      'has the key "/some/key": it says where a configuration is kept; get that, and give it to fromIni',
    ],
    ['arakoon://?a=h:1', 'has no id of a cluster'],
    ['arakoon://ricky', 'names no node'],
    ['arakoon://ricky?', 'names no node'],
    ['arakoon://ricky?a', 'has "a", which is not node=host:port'],
    ['arakoon://ricky?a=', 'has "a=", which is not node=host:port'],
    ['arakoon://ricky?=h:1', 'has "=h:1", which is not node=host:port'],
    ['arakoon://ricky?a=h:1=2', 'has "a=h:1=2", which is not node=host:port'],
    ['arakoon://ricky?a=h:1&a=i:1', 'names the node a twice; several addresses of one have commas between'],
    ['arakoon://ric%ky?a=h:1', 'has "ric%ky", which is not percent-encoded'],
    [
      'arakoon://ricky?a=h:1#part',
      'must be as in arakoon://id?node=host:port&node=host:port, not "arakoon://ricky?a=h:1#part"',
    ],
  ])('says what is wrong with %s', (url, message) => expect(fault(url)).toBe(message));
});
