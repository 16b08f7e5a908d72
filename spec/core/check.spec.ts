import { describe, expect, it } from '@jest/globals';
import { bytes, duration, fractions, integer, knownKeys, oneOf, pathFault, patience } from '../../lib/core/check.js';
import { UsageError } from '../../lib/core/errors.js';

/** The error that `run` throws. */
function thrown(run: () => unknown): UsageError {
  try {
    run();
  } catch (error) {
    return error as UsageError;
  }
  throw new Error('did not throw');
}

describe('integer', () => {
  it.each([-1, 0, 5])('gives back %p, which is in range', (value) => {
    expect(integer('version', value, -1, 5)).toBe(value);
  });

  it.each([-2, 6, 1.5, NaN, Infinity, '3', 3n, null, undefined, {}])('refuses %p, and names the argument', (value) => {
    const error = thrown(() => integer('options.version', value, -1, 5));
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ argument: 'options.version', code: 'USAGE', layer: 'usage', effect: 'none' });
    expect(error.message).toMatch(/^options\.version: must be an integer from -1 to 5, not /);
  });
});

describe('duration', () => {
  it.each([0.5, 1, 2 ** 31 - 1])('gives back %p', (value) => {
    expect(duration('timeout', value)).toBe(value);
  });

  it.each([0, -1, NaN, Infinity, 2 ** 31, '5', undefined])(
    'refuses %p, which a timer would take for something else',
    (value) => {
      expect(thrown(() => duration('timeout', value))).toMatchObject({ argument: 'timeout' });
    }
  );
});

describe('patience', () => {
  it.each([0, 0.5, 1, 2 ** 31 - 1])('gives back %p', (value) => {
    expect(patience('timeout', value)).toBe(value);
  });

  it.each([-1, NaN, Infinity, 2 ** 31, '0', null, undefined])('refuses %p', (value) => {
    expect(thrown(() => patience('timeout', value))).toMatchObject({ argument: 'timeout' });
  });
});

describe('bytes', () => {
  it.each([new Uint8Array(2), Buffer.from('ab')])('gives back the very same %p', (value) => {
    expect(bytes('data', value)).toBe(value);
  });

  it.each([null, undefined, 'text', [1, 2], new ArrayBuffer(2), new Uint16Array(2)])('refuses %p', (value) => {
    expect(thrown(() => bytes('data', value))).toMatchObject({ argument: 'data' });
  });
});

describe('oneOf', () => {
  it('gives back a word of the list', () => {
    expect(oneOf('mode', 'stop', ['pause', 'stop'])).toBe('stop');
  });

  it.each(['Stop', '', undefined, ['stop']])('refuses %p, and says what there is', (value) => {
    expect(thrown(() => oneOf('mode', value, ['pause', 'stop'])).message).toContain(
      'mode: must be one of "pause", "stop", not '
    );
  });
});

describe('knownKeys', () => {
  it('gives back an object that has no other keys, or none at all', () => {
    const options = { a: 1 };
    expect(knownKeys('options', options, ['a', 'b'])).toBe(options);
    expect(knownKeys('options', {}, ['a'])).toEqual({});
  });

  it('names the key that is not known', () => {
    expect(thrown(() => knownKeys('options', { a: 1, B: 2 }, ['a', 'b']))).toMatchObject({
      argument: 'options.B',
      message: 'options.B: is not known; there is a, b',
    });
  });

  it.each([null, undefined, 1, 'a', [], () => {}])('refuses %p, which holds no options', (value) => {
    expect(thrown(() => knownKeys('options', value as object, ['length']))).toMatchObject({ argument: 'options' });
  });
});

describe('a refusal', () => {
  it.each([
    ['x'.repeat(1000), 150],
    [{ toString: () => 'x'.repeat(1000) }, 150],
    [
      {
        toString: () => {
          throw new Error('hostile');
        },
      },
      150,
    ],
    [Symbol('s'), 150],
    [Object.create(null), 150],
    [new Array(1000).fill(1), 150],
  ])('does not repeat at length, or run, what it was given', (value, most) => {
    const error = thrown(() => integer('n', value, 0, 1));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message.length).toBeLessThan(most);
  });
});

describe('fractions', () => {
  it('gives what the source gives, from 0 up to, not including, 1', () => {
    expect([0, 0.5, 0.999].map((value) => fractions('random', () => value)())).toEqual([0, 0.5, 0.999]);
    for (const value of [1, -0.1, NaN, 'x', undefined, 0n])
      expect(thrown(() => fractions('random', () => value as never)()).argument).toBe('random');
  });

  it('says what a source throws', () => {
    const cause = new Error('no luck');
    const random = fractions('random', () => {
      throw cause;
    });
    expect(thrown(random)).toMatchObject({ argument: 'random', message: 'random: throws: no luck', cause });
    expect(thrown(() => fractions('random', 5 as never)).argument).toBe('random');
  });
});

describe('pathFault', () => {
  it('says what is wrong and where', () => {
    expect(pathFault('')).toBe('must not be empty');
    expect(pathFault('a')).toBe("must start with '/'");
    expect(pathFault('/a/')).toBe("must not end with '/'");
    expect(pathFault('/a//b')).toBe('must not have an empty component, as at 3');
    expect(pathFault('/a/../b')).toBe("must not have '..' as a component, as at 3");
    expect(pathFault('/a/.')).toBe("must not have '.' as a component, as at 3");
    expect(pathFault('/a\n')).toBe('must not contain U+000A, as at 2');
    expect(pathFault('/😀')).toContain('must not contain U+D83D, as at 1 (servers take no character outside the BMP');
    expect(pathFault(undefined as never)).toBe('must be a string, not undefined');
    expect(pathFault('/a')).toBeUndefined();
  });
});
