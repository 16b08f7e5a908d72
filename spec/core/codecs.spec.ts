import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Codec, type StandardSchema, ValueError, bytes, json, utf8 } from '../../lib/core/codecs.js';
import { CoordinationError, UsageError } from '../../lib/core/errors.js';

const raw = (...values: number[]) => Uint8Array.from(values);
const text = (value: string) => new TextEncoder().encode(value);

function refuses(run: () => unknown, message: RegExp) {
  expect(run).toThrow(ValueError);
  expect(run).toThrow(message);
}

describe('ValueError', () => {
  it('is an error of ours that nothing was sent for', () => {
    const error = new ValueError('no', { path: '/a' });
    expect(error).toBeInstanceOf(CoordinationError);
    expect(error).toMatchObject({ code: 'BAD_VALUE', layer: 'usage', effect: 'none', path: '/a', name: 'ValueError' });
  });
});

describe('bytes', () => {
  it.each([raw(), raw(1, 2), Buffer.from('x'), null])('hands over the very same %p, both ways', (value) => {
    expect(bytes.encode(value)).toBe(value);
    expect(bytes.decode(value)).toBe(value);
  });

  it.each(['text', undefined, [1], {}])('refuses %p', (value) => {
    refuses(() => bytes.encode(value as never), /not a Uint8Array/);
  });
});

describe('utf8', () => {
  it('writes text as bytes, and never as null', () => {
    expect(utf8.encode('é€')).toEqual(raw(0xc3, 0xa9, 0xe2, 0x82, 0xac));
    expect(utf8.encode('')).toEqual(raw());
  });

  it('reads no data as no text', () => {
    expect(utf8.decode(null)).toBe('');
    expect(utf8.decode(raw())).toBe('');
  });

  it('keeps a byte order mark', () => {
    expect(utf8.decode(text('\ufeffa'))).toBe('\ufeffa');
  });

  it.each([raw(0xff), raw(0xc3), raw(0xe2, 0x82), raw(0xed, 0xa0, 0x80), raw(0x61, 0x80)])(
    'refuses %p, and reads the next value all the same',
    (invalid) => {
      refuses(() => utf8.decode(invalid), /not UTF-8/);
      expect(utf8.decode(text('é'))).toBe('é');
    }
  );

  it.each(['\ud800', 'a\udc00b', '\udc00\ud800'])(
    'refuses to write %j, which would come back as another text',
    (broken) => {
      refuses(() => utf8.encode(broken), /surrogate/);
    }
  );

  it.each([undefined, null, 5])('refuses to write %p', (value) => {
    refuses(() => utf8.encode(value as never), /not a string/);
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => expect(utf8.decode(utf8.encode(value))).toBe(value))
    );
  });

  it('answers any bytes with text that is those bytes, or with a ValueError', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (value) => {
        try {
          expect(utf8.encode(utf8.decode(value))).toEqual(value);
        } catch (error) {
          if (!(error instanceof ValueError)) throw error;
        }
      })
    );
  });
});

describe('json', () => {
  const any = json<unknown>();

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) =>
        expect(any.decode(any.encode(value))).toEqual(JSON.parse(JSON.stringify(value)))
      )
    );
  });

  it.each([null, raw()])('finds nothing to read in %p', (nothing) => {
    refuses(() => any.decode(nothing), /there is no data/);
  });

  it.each([text('{'), text('undefined'), raw(0xff)])('refuses %p', (invalid) => {
    refuses(() => any.decode(invalid), /not JSON|not UTF-8/);
  });

  it('keeps why as the cause', () => {
    expect(() => any.decode(text('{'))).toThrow(expect.objectContaining({ cause: expect.any(SyntaxError) }));
  });

  it.each([undefined, () => {}, Symbol('s')])('has no word for %p', (value) => {
    refuses(() => any.encode(value), /no word for/);
  });

  it('refuses to write a circle, or a bigint', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    refuses(() => any.encode(circle), /cannot be written: /);
    refuses(() => any.encode(5n), /cannot be written: /);
    refuses(
      () =>
        any.encode({
          toJSON: () => {
            throw 'no error';
          },
        }),
      /cannot be written$/
    );
  });

  describe('with a schema', () => {
    const schema = (validate: (value: unknown) => unknown) =>
      ({ '~standard': { version: 1, vendor: 'test', validate } }) as StandardSchema<number>;
    const positive: Codec<number> = json(
      schema((value) =>
        typeof value === 'number' && value > 0
          ? { value: value * 10 }
          : { issues: [{ message: 'must be above 0' }, { message: 'too small', path: ['a', { key: 0 }] }] }
      )
    );

    it('reads what the schema makes of it', () => {
      expect(positive.decode(text('4'))).toBe(40);
    });

    it('refuses what the schema refuses, with its reasons and where they are', () => {
      refuses(() => positive.decode(text('0')), /the schema refuses the data: must be above 0; a\.0: too small$/);
    });

    it('writes the value as it is', () => {
      expect(positive.encode(4)).toEqual(text('4'));
    });

    it('wants an answer at once, and leaves no rejection behind', async () => {
      const later = json(schema(() => Promise.reject(new Error('late'))));
      expect(() => later.decode(text('1'))).toThrow(expect.objectContaining({ argument: 'schema' }));
      await new Promise(setImmediate);
    });

    it.each([null, {}, { '~standard': {} }, 5])('refuses %p for a schema', (value) => {
      expect(() => json(value as never)).toThrow(UsageError);
    });

    it('takes a schema that is a function, as some libraries make them', () => {
      const callable = Object.assign(
        () => {},
        schema((value) => ({ value }))
      );
      expect(json(callable as never).decode(text('4'))).toBe(4);
    });
  });
});
