import { describe, expect, it } from '@jest/globals';
import { BehaviorSubject, NEVER, Subject, concat, of } from 'rxjs';
import { encode } from '../../../lib/bridge/shared/encode.js';
import type { Freshness } from '../../../lib/core/watched.js';
import { BridgeGround } from '../bridgeGround.js';

const CALLER = { id: 'eve' };
const state = (value: unknown): Freshness & { readonly value: unknown } => ({ value, stale: false });

/** A line that a test reads by hand. */
function handRead(ground: BridgeGround, names: readonly string[]) {
  const line = ground.hub.open(CALLER);
  const add = names.map((name, number) => [number, [name, undefined]]);
  ground.hub.answer(CALLER, encode({ line: line.id, add })).subscribe();
  const rest = () => {
    const texts: string[] = [];
    for (let text = line.take(); text !== undefined; text = line.take()) texts.push(text);
    return texts.map((text) => text.replace(/,"[\w-]{22}"\]/, ']').trim());
  };
  return { line, rest };
}

describe('a line', () => {
  it('begins with its id and its heartbeat', () => {
    const { line, rest } = handRead(new BridgeGround({}), []);
    expect(rest()).toEqual([`data: ["line","${line.id}",15000]`]);
    expect(line.id).toMatch(/^[\w-]{24}$/);
  });

  it('gives a slow reader the last state of each value, and holds no queue', () => {
    const [a$, b$] = [new BehaviorSubject(state(0)), new BehaviorSubject(state(0))];
    const ground = new BridgeGround({ a: () => a$, b: () => b$ });
    const { rest } = handRead(ground, ['a', 'b']);
    for (let i = 1; i <= 10_000; i++) a$.next(state(i));
    b$.next(state(1));
    expect(rest().slice(1)).toEqual([
      'data: ["value",0,{"value":10000,"stale":false}]',
      'data: ["value",1,{"value":1,"stale":false}]',
    ]);
    expect(rest()).toEqual([]);
  });

  it('passes a state on once, however often the source emits it', () => {
    const a$ = new BehaviorSubject(state(1));
    const { rest } = handRead(new BridgeGround({ a: () => a$ }), ['a']);
    expect(rest()).toHaveLength(2);
    a$.next(state(1));
    expect(rest()).toEqual([]);
  });

  it('gives every value its turn, also if one of them changes all the time', () => {
    const [a$, b$] = [new BehaviorSubject(state(0)), new BehaviorSubject(state(0))];
    const ground = new BridgeGround({ a: () => a$, b: () => b$ });
    const { line } = handRead(ground, ['a', 'b']);
    line.take();
    const texts: string[] = [];
    for (let i = 1; i <= 4; i++) {
      a$.next(state(i));
      texts.push(line.take()!);
    }
    expect(texts.some((text) => text.includes('["value",1'))).toBe(true);
  });

  it('gives signs of life, and ends when nobody takes them', () => {
    const ground = new BridgeGround({ a: () => NEVER }, { heartbeat: 1000 });
    const { line, rest } = handRead(ground, ['a']);
    rest();
    for (let i = 0; i < 10; i++) {
      ground.time.advance(1000);
      expect(rest()).toEqual([':']);
    }
    ground.time.advance(4000);
    expect(line.ended).toBe(false);
    ground.time.advance(1500);
    expect(line.ended).toBe(true);
    expect(ground.hub.sizes.lines).toBe(0);
  });

  it('wakes its reader once for a turn', () => {
    const all = Array.from({ length: 100 }, () => new Subject<Freshness>());
    const ground = new BridgeGround(Object.fromEntries(all.map((each$, i) => [`s${i}`, () => each$])));
    const { line, rest } = handRead(
      ground,
      all.map((_, i) => `s${i}`)
    );
    rest();
    ground.time.advance(10);
    let woken = 0;
    line.onReady = () => woken++;
    ground.time.advance(10);
    expect(woken).toBe(1);
    for (const each$ of all) each$.next(state(1));
    ground.time.advance(10);
    expect(woken).toBe(2);
    expect(rest()).toHaveLength(100);
  });

  it('says of a value that the page knows only that it is the same', () => {
    const ground = new BridgeGround({ a: () => concat(of(state('long')), NEVER) });
    const first = handRead(ground, ['a']);
    first.line.take();
    const tag = /,"(.*?)"\]\s*$/.exec(first.line.take()!.slice(-30))![1];
    const line = ground.hub.open(CALLER);
    ground.hub
      .answer(
        CALLER,
        encode({
          line: line.id,
          add: [
            [5, ['a', undefined], tag],
            [6, ['a', undefined], 'other'],
          ],
        })
      )
      .subscribe();
    line.take();
    expect(line.take()).toBe('data: ["same",5]\n\n');
    expect(line.take()).toBe(`data: ["value",6,{"value":"long","stale":false},"${tag}"]\n\n`);
  });
});
