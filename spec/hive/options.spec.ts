import { describe, expect, it } from '@jest/globals';
import { of } from 'rxjs';
import * as door from '../../lib/hive/index.js';
import * as wrpmeDoor from '../../lib/hive/wrpme/index.js';
import { EXCEPTIONS } from '../../lib/hive/wrpme/wrpmeException.js';
import { endOf, refusesWrongOptions } from '../helpers/refusesWrongOptions.js';

type Given = never;
const store = new door.MemoryStore();
const place = (name: string) => store.cells(name);
const bytes = new Uint8Array(1);
const people = door.hive(place);
const cached = door.nearCache(door.hive(place));

/** The mistake behind an exception of wrpme. */
function behind<R>(make: () => R): R {
  try {
    return make();
  } catch (error) {
    throw (error as Error).cause;
  }
}

/** Everything public that takes options, by its name. */
const TAKERS: Readonly<Record<string, (options: Given) => unknown>> = {
  hive: (options) => door.hive(place, door.objects, options),
  rawHive: (options) => door.rawHive(place, options),
  openHive: (options) => door.openHive('memory:', options),
  'openHive connection': (options) => door.openHive('memory:', { connection: options }),
  nearCache: (options) => door.nearCache(people, options),
  compressed: (options) => door.compressed(door.objects, options),
  copyHive: (options) => door.copyHive(people, cached, options),
  Client: (options) => behind(() => new wrpmeDoor.Client('memory:', 1, options)),
  RawClient: (options) => behind(() => new wrpmeDoor.RawClient('memory:', 1, options)),
};
/** What takes none. */
const OTHERS = ['encrypted', 'HiveError', 'MemoryStore'];
/** What takes none, and `open`, whose options `connect` answers with a code. */
const WORDS = ['open', 'connect', 'get', 'put', 'update', 'delete', 'close', 'Handle', 'codeOf', 'exceptionOf'];

/** The methods of a hive. */
const methods = (hive: typeof people): Readonly<Record<string, (options: Given) => unknown>> => ({
  put: (options) => hive.put('a', 1, options),
  update: (options) => hive.update('a', 1, options),
  replace: (options) => hive.replace('a', 1, options),
  get: (options) => hive.get('a', options),
  getRaw: (options) => hive.getRaw('a', options),
  modify: (options) => hive.modify('a', () => 1, options),
  delete: (options) => hive.delete('a', options),
  expire: (options) => hive.expire('a', 1, options),
  getAndUpdate: (options) => hive.getAndUpdate('a', 1, options),
  getAndRemove: (options) => hive.getAndRemove('a', options),
  compareAndSwap: (options) => hive.compareAndSwap('a', 1, 2, options),
  removeIf: (options) => hive.removeIf('a', 1, options),
  stat: (options) => hive.stat('a', options),
  list: (options) => hive.list('', options),
  upload: (options) => hive.upload(bytes, options),
  download: (options) => hive.download('a', options),
  sweep: (options) => hive.sweep(options),
  sweeper: (options) => hive.sweeper(options),
});
const exceptions = Object.fromEntries(Object.values(EXCEPTIONS).map((it) => [it.name, it]));
const OTHER_METHODS = ['batch', 'removeAll', 'verify', 'watch', 'watchPrefix', 'cacheUsage', 'clearCache'];

refusesWrongOptions(TAKERS);
describe('a hive', () => refusesWrongOptions(methods(people)));
describe('a near cache', () => refusesWrongOptions(methods(cached)));

it('nothing public is missing here', () => {
  const functionsOf = (of: object) =>
    Object.entries(of)
      .filter(([, value]) => typeof value === 'function')
      .map(([name]) => name);
  const known = [...Object.keys(TAKERS).map((name) => name.split(' ')[0]!), ...OTHERS];
  expect(functionsOf(door).filter((name) => !known.includes(name))).toEqual([]);
  const isException = (name: string) => name === 'WrpmeException' || name in exceptions;
  const words = functionsOf(wrpmeDoor).filter((name) => !isException(name) && !WORDS.includes(name));
  expect(words.filter((name) => !known.includes(name))).toEqual([]);
  for (const hive of [people, cached])
    expect(functionsOf(hive).filter((name) => !(name in methods(people)) && !OTHER_METHODS.includes(name))).toEqual([]);
});

describe('a call of a hive refuses', () => {
  it.each<[string, () => unknown]>([
    ['a store that is no function', () => door.hive({} as never)],
    ['a store that gives no cells', () => door.hive(() => ({}) as never)],
    ['a store that gives nothing', () => door.rawHive(() => undefined as never)],
    ['a codec without a name', () => door.hive(place, { ...door.json, name: '' })],
    ['a prefix that is no text', () => store.cells(7 as never)],
    ['a codec that is none, to compress', () => door.compressed('json' as never)],
    ['a codec that is none, to encrypt', () => door.encrypted('json' as never, new Uint8Array(32))],
    ['a key that is too short', () => door.encrypted(door.json, new Uint8Array(31))],
    ['no key', () => door.encrypted(door.json, [])],
    ['a cache over what is no hive', () => door.nearCache({} as never)],
    ['a copy from what is no hive', () => door.copyHive({} as never, people)],
    ['a copy to what is no hive', () => door.copyHive(people, null as never)],
    ['an alias that is no text', () => people.get(7 as never)],
    ['a prefix of a list that is no text', () => people.list(7 as never)],
    ['a prefix of a removal that is missing', () => people.removeAll(undefined as never)],
    ['a prefix of a check that is no text', () => people.verify(null as never)],
    ['a prefix of a watch that is no text', () => people.watchPrefix(7 as never)],
    ['an alias of a watch that is no text', () => people.watch({} as never)],
    ['requests that are no array', () => people.batch(of(1) as never)],
    ['a request that is none', () => people.batch([7 as never])],
    ['an expiry that is no time', () => people.put('a', 1, { expires: 'soon' as never })],
    ['an expiry that is no date', () => people.expire('a', new Date(NaN))],
    ['a version that is none', () => people.put('b', 1, { ifVersion: 1 } as never)],
    ['a version of another store', () => people.update('a', 1, { ifVersion: 'x' as never })],
    ['a range of text', () => people.download('a', { from: '1' as never })],
    ['a signal that is none', () => people.upload(bytes, { signal: {} as never })],
    ['a progress that is no function', () => people.upload(bytes, { onProgress: 1 as never })],
    ['a resume that is no text', () => people.upload(bytes, { resume: 1 as never })],
    ['a source that is none', () => people.upload(7 as never)],
    ['a sweeper in no time', () => people.sweeper({ every: 0 })],
  ])('%s', async (_, call) => expect(await endOf(call)).toBe('refused'));
});
