import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { firstValueFrom } from 'rxjs';
import { json } from '../../../lib/hive/codecs/codecs.js';
import { compressed } from '../../../lib/hive/codecs/compressed.js';
import { encrypted } from '../../../lib/hive/codecs/encrypted.js';
import { type HiveCodec, raw, text } from '../../../lib/hive/codecs/hiveCodec.js';
import { objects } from '../../../lib/hive/codecs/objects.js';
import { hive } from '../../../lib/hive/hive.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';
import { wholeValues } from './values.js';

const [KEY, OTHER] = [randomBytes(32), randomBytes(32)];
const fault = { code: 'BAD_VALUE', layer: 'usage', effect: 'none' };
const thrown = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('a compressed codec', () => {
  for (const method of ['gzip', 'deflate', 'brotli'] as const) {
    const codec = compressed(objects, { method });

    it(`gives back every value, with ${method}`, () => {
      fc.assert(fc.property(wholeValues, (value) => expect(codec.decode(codec.encode(value))).toEqual(value)));
    });

    it(`refuses what would become too large, with ${method}`, () => {
      const bomb = compressed(raw, { method }).encode(new Uint8Array(10_000_000));
      expect(bomb.length).toBeLessThan(20_000);
      const error = thrown(() => compressed(raw, { method, maxBytes: 1_000_000 }).decode(bomb));
      expect(error).toMatchObject({ ...fault, message: expect.stringContaining('more than 1000000 bytes') });
      expect(thrown(() => compressed(raw, { method, maxBytes: 10 }).encode(new Uint8Array(11)))).toMatchObject(fault);
      expect(compressed(raw, { method, maxBytes: 10 }).encode(new Uint8Array(10)).length).toBeGreaterThan(0);
    });

    it(`refuses bytes that are damaged, or cut off, with ${method}`, () => {
      const bytes = codec.encode('a text of some length, and more of it');
      expect(thrown(() => codec.decode(bytes.subarray(0, -5)))).toMatchObject(fault);
      expect(thrown(() => codec.decode(new Uint8Array()))).toMatchObject(fault);
      expect(thrown(() => codec.decode(randomBytes(50)))).toMatchObject(fault);
    });
  }

  it('is named after its method and its codec', () => {
    expect(compressed(objects).name).toBe('gzip+objects/1');
    expect(compressed(json, { method: 'brotli' }).name).toBe('brotli+json');
  });

  it('makes text smaller', () => {
    expect(compressed(text).encode('na '.repeat(10_000)).length).toBeLessThan(300);
  });

  it.each<[string, () => unknown, string]>([
    ['a method', () => compressed(json, { method: 'zip' as never }), 'options.method'],
    ['a level', () => compressed(json, { level: 10 }), 'options.level'],
    ['a bound', () => compressed(json, { maxBytes: 0 }), 'options.maxBytes'],
    ['an option', () => compressed(json, { size: 0 } as never), 'options.size'],
    ['a codec', () => compressed({} as never), 'codec'],
    ['a codec without a name', () => compressed({ ...json, name: '' }), 'codec.name'],
    ['a codec with an endless name', () => compressed({ ...json, name: 'x'.repeat(199) }), 'codec.name'],
  ])('refuses %s that is wrong', (_, make, argument) => expect(thrown(make)).toMatchObject({ argument }));
});

describe('an encrypted codec', () => {
  const codec = encrypted(objects, KEY);

  it('gives back every value', () => {
    fc.assert(fc.property(wholeValues, (value) => expect(codec.decode(codec.encode(value))).toEqual(value)));
  });

  it('shows nothing of a value, and never makes the same bytes twice', () => {
    const [one, two] = [codec.encode('a secret word'), codec.encode('a secret word')];
    expect(Buffer.from(one).includes('secret')).toBe(false);
    expect(Buffer.compare(one, two)).not.toBe(0);
    expect(Buffer.compare(one.subarray(9, 21), two.subarray(9, 21))).not.toBe(0); // the nonces
    expect(Buffer.from(one).includes(KEY.subarray(0, 8))).toBe(false);
  });

  it('refuses bytes that were changed, wherever that is', () => {
    const bytes = codec.encode('value');
    for (let i = 0; i < bytes.length; i++) {
      const changed = Uint8Array.from(bytes);
      changed[i]! ^= 1;
      expect(thrown(() => codec.decode(changed))).toMatchObject(fault);
    }
    for (let length = 0; length < bytes.length; length++)
      expect(thrown(() => codec.decode(bytes.subarray(0, length)))).toMatchObject(fault);
    expect(thrown(() => codec.decode(Buffer.concat([bytes, Buffer.of(0)])))).toMatchObject(fault);
  });

  it('refuses bytes that another codec wrote under the same key', () => {
    const bytes = encrypted(raw, KEY).encode(objects.encode('value'));
    expect(thrown(() => codec.decode(bytes))).toMatchObject({ ...fault, message: expect.stringContaining('changed') });
  });

  it('names a wrong key, and shows no key', () => {
    const error = thrown(() => encrypted(objects, OTHER).decode(codec.encode('value')));
    expect(error).toMatchObject({ ...fault, message: 'aes-256-gcm: the value was encrypted with another key' });
  });

  it('reads with any of its keys, and writes with the first', () => {
    const old = codec.encode('old');
    const both = encrypted(objects, [OTHER, KEY]);
    expect(both.decode(old)).toBe('old');
    expect(encrypted(objects, OTHER).decode(both.encode('new'))).toBe('new');
    expect(thrown(() => codec.decode(both.encode('new')))).toMatchObject(fault);
  });

  it('is not changed when its caller wipes the key', () => {
    const key = Uint8Array.from(KEY);
    const mine = encrypted(objects, key);
    key.fill(0);
    expect(codec.decode(mine.encode('value'))).toBe('value');
  });

  it.each<[string, () => unknown, string]>([
    ['a short key', () => encrypted(json, KEY.subarray(1)), 'keys[0]'],
    ['a key in text', () => encrypted(json, [KEY, 'x' as never]), 'keys[1]'],
    ['no key', () => encrypted(json, []), 'keys'],
    ['a missing key', () => encrypted(json, undefined as never), 'keys[0]'],
  ])('refuses %s', (_, make, argument) => expect(thrown(make)).toMatchObject({ argument }));
});

describe('a hive with a codec of its own', () => {
  const one = <T>(reply$: Parameters<typeof firstValueFrom<T>>[0]) => firstValueFrom(reply$);
  const stages: readonly [string, HiveCodec<unknown>][] = [
    ['compressed', compressed(objects)],
    ['encrypted', encrypted(objects, KEY)],
    ['compressed, then encrypted', encrypted(compressed(objects), KEY)],
  ];
  for (const [name, codec] of stages) {
    it(`keeps small and large values that are ${name}`, async () => {
      const store = new MemoryStore();
      const mine = hive((place) => store.cells(`${place}/`), codec, { inlineBytes: 200, sliceBytes: 1000 });
      const large = { born: new Date(0), noise: randomBytes(5000) };
      await one(mine.put('small', { a: 1n }));
      await one(mine.put('large', large));
      expect(await one(mine.get('small'))).toEqual({ a: 1n });
      expect(await one(mine.get('large'))).toEqual(large);
      expect((await one(mine.stat('large')))!.codec).toBe(codec.name);
    });

    it(`compares values that are ${name} by what they are`, async () => {
      const store = new MemoryStore();
      const mine = hive((place) => store.cells(`${place}/`), codec, { inlineBytes: 200, sliceBytes: 1000 });
      const large = randomBytes(5000);
      await one(mine.put('a', large));
      expect(await one(mine.compareAndSwap('a', 'another', 2))).toMatchObject({ swapped: false });
      expect(await one(mine.compareAndSwap('a', large, 2))).toMatchObject({ swapped: true });
      expect(await one(mine.removeIf('a', 3))).toEqual({ swapped: false, value: 2 });
      expect(await one(mine.removeIf('a', 2))).toEqual({ swapped: true, value: 2 });
    });
  }

  it('does not take plain values for encrypted ones', async () => {
    const store = new MemoryStore();
    const plain = hive((place) => store.cells(`${place}/`), objects);
    const secret = hive((place) => store.cells(`${place}/`), encrypted(objects, KEY));
    await one(plain.put('a', 'forged'));
    await expect(one(secret.get('a'))).rejects.toMatchObject({ code: 'BAD_VALUE', path: 'a', operation: 'get' });
    await expect(one(secret.compareAndSwap('a', 'forged', 1))).rejects.toMatchObject({ code: 'BAD_VALUE' });
    await one(secret.update('a', 'real'));
    await expect(one(plain.get('a'))).rejects.toMatchObject({ code: 'BAD_VALUE' }); // it has no such codec
    expect((await one(plain.getRaw('a'))).length).toBeGreaterThan(37);
  });

  it('blames a codec that makes no bytes, or throws, and sends nothing', async () => {
    const store = new MemoryStore();
    const broken = (encode: () => never) =>
      hive((place) => store.cells(`${place}/`), { ...json, name: 'mine', encode });
    const place = { code: 'BAD_VALUE', operation: 'put', path: 'a' };
    await expect(one(broken(() => 'text' as never).put('a', 1))).rejects.toMatchObject(place);
    const boom = () => {
      throw new Error('boom');
    };
    await expect(one(broken(boom).put('a', 1))).rejects.toMatchObject(place);
    expect(await one(broken(boom).list())).toEqual([]);
  });

  it('refuses a codec that has no name', () => {
    expect(thrown(() => hive(() => new MemoryStore().cells(''), { ...json, name: '' }))).toMatchObject({
      argument: 'codec.name',
    });
  });
});
