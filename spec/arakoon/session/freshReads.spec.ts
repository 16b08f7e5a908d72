import { describe, expect, it } from '@jest/globals';
import { ArakoonGround } from '../../helpers/arakoonGround.js';
import { asked, lstr, no, ok } from '../../helpers/arakoonWire.js';

const AT_LEAST = { consistency: { atLeast: 82n } } as const;
const wanted = asked.getAtLeast('x', 82n);
const behind = no(128, 'store not fresh enough');

/** Three nodes, of which some have got far enough. */
function ground(fresh: readonly string[]) {
  const it = new ArakoonGround({ random: () => 0.5 });
  for (const node of ['a', 'b', 'c'])
    it.peer
      .script(node)
      .hears(wanted, fresh.includes(node) ? ok(lstr(node)) : behind)
      .hears(wanted, behind);
  it.pass();
  return it;
}

describe('a read that is to be fresh', () => {
  it.each(['a', 'b', 'c'])('is asked of all others at once when a node refuses it: only %s is fresh', (fresh) => {
    const it = ground([fresh]);
    it.ask('x', it.arakoon.get('x', AT_LEAST));
    it.pass(3);
    expect(it.said()).toEqual([`x: ${fresh}`]);
  });

  it('waits only when all refuse', () => {
    const it = ground([]);
    it.ask('x', it.arakoon.get('x', AT_LEAST));
    it.pass(10);
    for (const node of ['a', 'b', 'c']) it.peer.script(node);
    expect(it.said()).toEqual([]);
  });

  it('ends as the node says that is fresh, also when that is no value', () => {
    const it = new ArakoonGround({ random: () => 0.5 });
    for (const node of ['a', 'b', 'c']) it.peer.script(node).hears(wanted, node === 'a' ? no(5, 'Not_found') : behind);
    it.ask('x', it.arakoon.get('x', AT_LEAST));
    it.pass(10);
    expect(it.said()).toEqual(['x! NOT_FOUND none']);
  });

  it('is not held up by a node that is silent', () => {
    const it = new ArakoonGround({ random: () => 0.5 });
    it.peer
      .script('a')
      .hears(wanted, behind)
      .hears(wanted, ok(lstr('1')));
    it.peer.script('b').hears(wanted).hears(wanted);
    it.peer
      .script('c')
      .hears(wanted, behind)
      .hears(wanted, ok(lstr('1')));
    it.ask('x', it.arakoon.get('x', AT_LEAST));
    it.pass(8000);
    expect(it.said()).toEqual(['x: 1']);
  });

  it('is asked of nobody any more once nobody waits', () => {
    const it = new ArakoonGround({ random: () => 0.5 });
    const scripts = ['a', 'b', 'c'].map((node) => it.peer.script(node).hears(wanted, behind));
    const call = it.ask('x', it.arakoon.get('x', AT_LEAST));
    it.pass(10);
    call.unsubscribe();
    it.pass(60_000);
    expect([it.said(), scripts.map(({ unheard }) => unheard.length)]).toEqual([[], [0, 0, 0]]);
  });

  it('that names its node is asked of no other', () => {
    const it = new ArakoonGround({ random: () => 0.5 });
    it.peer
      .script('b')
      .hears(wanted, behind)
      .hears(wanted, ok(lstr('b')));
    it.ask('x', it.arakoon.get('x', { ...AT_LEAST, node: 'b' }));
    it.pass(1000);
    expect([it.said(), it.peer.dials.filter((dial) => dial.endsWith('c')).length]).toEqual([
      ['x: b'],
      expect.any(Number),
    ]);
  });
});
