import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NEVER, Observable, Subject, concat, of, throwError } from 'rxjs';
import { action } from '../../../lib/bridge/action.js';
import { encode } from '../../../lib/bridge/shared/encode.js';
import { BridgeError } from '../../../lib/bridge/shared/bridgeError.js';
import { decode } from '../../../lib/bridge/shared/decode.js';
import { source } from '../../../lib/bridge/source.js';
import { ConnectionLostError, UsageError } from '../../../lib/core/errors.js';
import { BridgeGround } from '../bridgeGround.js';

const EVE = { id: 'eve' };
const any = source(
  (parameters) => parameters,
  () => concat(of({ stale: false as const }), NEVER)
);

/** What a request is answered with: the code of the error, or the answer. */
function ask(ground: BridgeGround, body: unknown, caller = EVE): unknown {
  let outcome: unknown = 'nothing';
  ground.hub.answer(caller, typeof body === 'string' ? body : encode(body)).subscribe({
    next: (text) => (outcome = decode(text)),
    error: (error: unknown) => (outcome = (error as BridgeError).code),
  });
  return outcome;
}

describe('a server of a bridge', () => {
  it('refuses more lines than it may have, of all callers and of one, until one ends', () => {
    const ground = new BridgeGround({}, { limits: { lines: 3, linesOfCaller: 2 } });
    const first = ground.hub.open(EVE);
    ground.hub.open(EVE);
    expect(() => ground.hub.open(EVE)).toThrow(expect.objectContaining({ code: 'TOO_MANY' }));
    ground.hub.open({ id: 'ada' });
    expect(() => ground.hub.open({ id: 'bob' })).toThrow(expect.objectContaining({ code: 'TOO_MANY' }));
    first.end();
    ground.hub.open(EVE);
    expect(ground.hub.sizes.lines).toBe(3);
  });

  it('takes requests about a line from its own caller alone', () => {
    const ground = new BridgeGround({ any });
    const { id } = ground.hub.open(EVE);
    expect(ask(ground, { line: id, add: [[0, ['any']]] }, { id: 'ada' })).toBe('UNKNOWN_LINE');
    expect(ask(ground, { line: 'x', add: [] })).toBe('UNKNOWN_LINE');
    expect(ask(ground, { line: id, add: [[0, ['any']]] })).toEqual({});
  });

  it('refuses more values on a line than it may have, whole, and refused values count until they are told', () => {
    const ground = new BridgeGround({ any }, { limits: { values: 10 } });
    const line = ground.hub.open(EVE);
    const add = (from: number, count: number, name = 'any') =>
      ask(ground, { line: line.id, add: Array.from({ length: count }, (_, i) => [from + i, [name, from + i]]) });
    expect(add(0, 11)).toBe('TOO_MANY');
    expect(line.size).toBe(0);
    expect(add(0, 10, 'none')).toEqual({});
    expect(add(10, 1)).toBe('TOO_MANY');
    while (line.take() !== undefined);
    expect(add(10, 10)).toEqual({});
    expect(ground.hub.sizes.watches).toBe(10);
  });

  it('refuses more watches than it may have, and gives up those that linger first', () => {
    const ground = new BridgeGround({ any }, { limits: { watches: 5 }, linger: 1e6 });
    const line = ground.hub.open(EVE);
    for (let i = 0; i < 1000; i++) ask(ground, { line: line.id, add: [[i, ['any', i]]], drop: i < 4 ? [] : [i - 4] });
    expect(ground.hub.sizes.watches).toBe(5);
    expect(line.size).toBe(4);
    ask(ground, {
      line: line.id,
      add: [
        [2000, ['any', 2000]],
        [2001, ['any', 2001]],
      ],
    });
    const texts: string[] = [];
    for (let text = line.take(); text !== undefined; text = line.take()) texts.push(text);
    expect(texts.at(-1)).toContain('["error",2001,["~e",{"code":"TOO_MANY"');
  });

  it('answers garbage with a typed refusal, and keeps nothing of it', () => {
    const ground = new BridgeGround({ any });
    const { id } = ground.hub.open(EVE);
    const bodies = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .record({ line: fc.constant(id), add: fc.jsonValue(), drop: fc.jsonValue() }, { requiredKeys: ['line'] })
        .map((it) => JSON.stringify(it)),
      fc
        .record({
          line: fc.constant(id),
          add: fc.array(
            fc.array(fc.oneof(fc.constantFrom(['any'], ['any', 1], 0, -1, 1e99), fc.jsonValue()), { maxLength: 4 })
          ),
        })
        .map((it) => JSON.stringify(it)),
      fc.record({ action: fc.jsonValue(), input: fc.jsonValue() }).map((it) => JSON.stringify(it))
    );
    fc.assert(
      fc.property(bodies, (body) => {
        const outcome = ask(ground, body);
        if (typeof outcome !== 'object')
          expect(['BAD_REQUEST', 'UNKNOWN_LINE', 'UNKNOWN_NAME', 'TOO_MANY']).toContain(outcome);
      }),
      { numRuns: 2000 }
    );
    expect(ground.hub.sizes.lines).toBe(1);
    expect(ground.hub.sizes.watches).toBeLessThanOrEqual(200);
  });

  it('refuses a request that is too deep', () => {
    const ground = new BridgeGround({ any });
    const { id } = ground.hub.open(EVE);
    for (const depth of [201, 30_000]) {
      const deep = '['.repeat(depth) + ']'.repeat(depth);
      expect(ask(ground, `{"line":"${id}","add":[[0,["any",${deep}]]]}`)).toBe('BAD_REQUEST');
    }
    expect(ask(ground, { line: id, add: [[0, ['any', [[[[]]]]]]] })).toEqual({});
  });

  it('refuses all when it is closed', () => {
    const ground = new BridgeGround({ any });
    const line = ground.hub.open(EVE);
    ask(ground, { line: line.id, add: [[0, ['any']]] });
    ground.hub.close();
    expect(line.ended).toBe(true);
    expect(ground.hub.sizes).toEqual({ lines: 0, watches: 0, actions: 0 });
    expect(() => ground.hub.open(EVE)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    expect(ask(ground, { line: line.id })).toBe('UNAVAILABLE');
  });
});

describe('an action', () => {
  const run = (work: () => Observable<unknown>, input?: unknown) => {
    const told: unknown[] = [];
    const paint = action(
      (given, { id }) => {
        if (id !== 'eve') throw new BridgeError('FORBIDDEN', 'only eve may paint');
        if (given === 'secret') throw new TypeError('hunter2');
        return given;
      },
      () => work()
    );
    const ground = new BridgeGround({}, { actions: { paint }, onError: (error) => told.push(error) });
    return { told, ask: (caller = EVE, name = 'paint') => ask(ground, { action: name, input }, caller) };
  };

  it('is done once for a request, and its last value is the result', () => {
    let times = 0;
    const { ask } = run(() => (times++, of(1n, { at: new Date(0) })));
    expect(ask()).toEqual({ at: new Date(0) });
    expect(times).toBe(1);
    expect(run(() => of()).ask()).toBeUndefined();
  });

  it('is refused to callers without the right, and if it has no such name', () => {
    const { ask } = run(() => of(1));
    expect(ask({ id: 'ada' })).toBe('FORBIDDEN');
    expect(ask(EVE, 'toString')).toBe('UNKNOWN_NAME');
    const secret = run(() => of(1), 'secret');
    expect(secret.ask()).toBe('BAD_PARAMETERS');
    expect(secret.told).toEqual([new TypeError('hunter2')]);
  });

  it('errors with the code of its error, which only the log of the server sees whole', () => {
    const lost = new ConnectionLostError('10.0.0.7', 'unknown');
    const { ask, told } = run(() => throwError(() => lost));
    expect(ask()).toBe('CONNECTION_LOST');
    expect(told).toEqual([lost]);
    expect(run(() => throwError(() => new UsageError('colour', 'must be red'))).ask()).toBe('USAGE');
    expect(run(() => throwError(() => 'hunter2')).ask()).toBe('FAILED');
    expect(
      run(() => {
        throw new Error('hunter2');
      }).ask()
    ).toBe('FAILED');
  });

  it('is refused while too many are under way, of all callers and of one', () => {
    const ends: Subject<void>[] = [];
    const wait = action(
      (input) => input,
      () => {
        ends.push(new Subject());
        return ends.at(-1)!;
      }
    );
    const ground = new BridgeGround({}, { actions: { wait }, limits: { actions: 3, actionsOfCaller: 2 } });
    const codes: string[] = [];
    const start = (id: string) =>
      ground.hub.answer({ id }, encode({ action: 'wait' })).subscribe({
        error: ({ code, effect }: BridgeError) => codes.push(`${id} ${code} ${effect}`),
      });
    const given = start('eve');
    start('eve');
    start('eve');
    start('ada');
    start('bob');
    expect(codes).toEqual(['eve TOO_MANY none', 'bob TOO_MANY none']);
    expect(ground.hub.sizes.actions).toBe(3);
    given.unsubscribe();
    ends[1]!.complete();
    ends[2]!.error(new Error('no'));
    expect(ground.hub.sizes.actions).toBe(0);
    start('eve');
    start('eve');
    expect(codes).toEqual(['eve TOO_MANY none', 'bob TOO_MANY none', 'ada FAILED unknown']);
  });

  it('is stopped when its request is given up', () => {
    let stopped = false;
    const paint = action(
      (input) => input,
      () => new Observable(() => () => (stopped = true))
    );
    const ground = new BridgeGround({}, { actions: { paint } });
    const gone$ = new Subject<void>();
    const asked = ground.hub.answer(EVE, encode({ action: 'paint' })).subscribe();
    asked.unsubscribe();
    gone$.next();
    expect(stopped).toBe(true);
  });
});
