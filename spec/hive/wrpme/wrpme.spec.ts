import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { NEVER, type Observable, Subject, firstValueFrom, of, throwError } from 'rxjs';
import { ConnectError, ConnectionLostError } from '../../../lib/core/errors.js';
import { rawHive } from '../../../lib/hive/hive.js';
import { MemoryStore } from '../../../lib/hive/memoryStore.js';
import { openHive } from '../../../lib/hive/open/openHive.js';
import { text } from '../../../lib/hive/codecs/hiveCodec.js';
import * as wrpme from '../../../lib/hive/wrpme/index.js';
import { startArakoon, startEtcd } from '../../../lib/testing/index.js';
import { freePorts } from '../../helpers/freePorts.js';

const closers: (() => unknown)[] = [];
afterEach(() => Promise.all(closers.splice(0).map((close) => close())));

/** A name for a store in memory that no other test has. */
const url = () => 'memory:';
const client = (...given: ConstructorParameters<typeof wrpme.Client>) => {
  const made = new wrpme.Client(...given);
  closers.push(() => made.close());
  return made;
};
const rawClient = (...given: ConstructorParameters<typeof wrpme.RawClient>) => {
  const made = new wrpme.RawClient(...given);
  closers.push(() => made.close());
  return made;
};
const handle = async (address = url()) => {
  const made = wrpme.open();
  closers.push(() => wrpme.close(made));
  expect(await wrpme.connect(made, address)).toBe(wrpme.error_ok);
  return made;
};
const failing = (error: unknown): wrpme.WrpmeHive<never> => {
  const fail = (): Observable<never> => throwError(() => error);
  return { put: fail, get: fail, getRaw: fail, update: fail, delete: fail };
};

describe('the names of wrpme', () => {
  it('have its seventeen error constants, with its numbers', () => {
    expect(Object.fromEntries(Object.entries(wrpme).filter(([name]) => name.startsWith('error_')))).toEqual({
      error_ok: 0,
      error_system: 1,
      error_internal: 2,
      error_no_memory: 3,
      error_invalid_protocol: 4,
      error_host_not_found: 5,
      error_invalid_option: 6,
      error_alias_too_long: 7,
      error_alias_not_found: 8,
      error_alias_already_exists: 9,
      error_timeout: 10,
      error_buffer_too_small: 11,
      error_invalid_command: 12,
      error_invalid_input: 13,
      error_connection_refused: 14,
      error_connection_reset: 15,
      error_unexpected_reply: 16,
    });
  });

  it('have every call of its documentation', () => {
    for (const name of ['open', 'close', 'connect', 'get', 'put', 'update', 'delete'] as const)
      expect(typeof wrpme[name]).toBe('function');
    for (const made of [client(url()), rawClient(url())])
      for (const name of ['get', 'put', 'update', 'delete'] as const) expect(typeof made[name]).toBe('function');
  });

  it('have one class of exceptions for each error', () => {
    const classes = Object.entries(wrpme).filter(
      ([name, it]) => /^[A-Z]/.test(name) && (it as { prototype?: unknown }).prototype instanceof wrpme.WrpmeException
    ) as [string, typeof wrpme.WrpmeException][];
    const words = Object.keys(wrpme).filter((name) => name.startsWith('error_') && name !== 'error_ok');
    const constants = wrpme as unknown as Record<string, number>;
    expect(classes).toHaveLength(16);
    for (const [name, Exception] of classes) {
      const constant = `error_${name.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase()}`;
      expect(words).toContain(constant);
      const made = new Exception('why');
      expect(made).toMatchObject({ number: constants[constant], code: constant.slice(6).toUpperCase(), name });
      expect(made).toBeInstanceOf(wrpme.WrpmeException);
      expect(made).toBeInstanceOf(Error);
      expect(wrpme.codeOf(made)).toBe(made.number);
    }
  });
});

describe('Client', () => {
  it('does as the first example of the documentation says', async () => {
    const cl = client(url(), 3001);
    const save = async (id: string, value: unknown) => {
      try {
        await cl.put(id, value);
      } catch (error) {
        if (!(error instanceof wrpme.AliasAlreadyExists)) throw error;
        await cl.update(id, value);
      }
    };
    const load = async (id: string) => {
      try {
        return await cl.get(id);
      } catch (error) {
        if (error instanceof wrpme.AliasNotFound) return null;
        throw error;
      }
    };
    const value = { born: new Date(0), tags: new Set(['a']), size: 12n };
    expect(await load('ada')).toBe(null);
    await save('ada', 1);
    await save('ada', value);
    expect(await load('ada')).toEqual(value);
    await cl.delete('ada');
    expect(await load('ada')).toBe(null);
    await expect(cl.delete('ada')).rejects.toBeInstanceOf(wrpme.AliasNotFound);
  });

  it('makes an entry with update, and keeps undefined', async () => {
    const cl = client(url());
    await cl.update('new', undefined);
    expect(await cl.get('new')).toBe(undefined);
  });

  it('takes any key that JSON can write, in whichever order it was made', async () => {
    const cl = client(url());
    await cl.put({ shop: 1, at: ['x', null, true] }, 'shop');
    expect(await cl.get({ at: ['x', null, true], shop: 1 })).toBe('shop');
    await cl.put(7, 'seven');
    expect(await cl.get(7)).toBe('seven');
    const cycle: wrpme.WrpmeKey[] = [];
    cycle.push(cycle);
    for (const key of [cycle, NaN, 1n, undefined, new Date(0), { a: () => 1 }, ''])
      await expect(cl.get(key as never)).rejects.toBeInstanceOf(wrpme.InvalidInput);
  });

  it('refuses values and aliases that it cannot store', async () => {
    const cl = client(url());
    await expect(cl.put('a', () => 1)).rejects.toMatchObject({ number: 13, effect: 'none', path: 'a' });
    await expect(cl.put('x'.repeat(5000), 1)).rejects.toBeInstanceOf(wrpme.AliasTooLong);
    await expect(client(url(), undefined, { maxObjectBytes: 100 }).put('a', 'x'.repeat(200))).rejects.toBeInstanceOf(
      wrpme.InvalidInput
    );
  });

  it('works in a hive that is given, and leaves it open', async () => {
    const people = await openHive('memory:');
    const cl = client(people, 5909);
    await cl.put('a', 1);
    await cl.close();
    expect(await firstValueFrom(people.get('a'))).toBe(1);
    await expect(cl.get('a')).rejects.toBeInstanceOf(wrpme.InvalidCommand);
  });

  it('finds the store at a host by its port', async () => {
    const asked: string[] = [];
    const open: wrpme.WrpmeOpener = (at) => {
      asked.push(at);
      return Promise.reject(new ConnectError('no', { code: 'NAME_NOT_FOUND' }));
    };
    await client('dataserver.mydomain', 3001, { open })
      .connect()
      .catch(() => {});
    await client('dataserver.mydomain', undefined, { open, store: 'etcd' })
      .connect()
      .catch(() => {});
    await client('zk://a,b/app', 5909, { open })
      .connect()
      .catch(() => {});
    expect(asked).toEqual(['zk://dataserver.mydomain:3001', 'etcd://dataserver.mydomain', 'zk://a,b/app']);
  });

  it('tries again to open its hive after a failure, and opens it once', async () => {
    let tries = 0;
    const open: wrpme.WrpmeOpener = (at, options) =>
      ++tries === 1 ? Promise.reject(new ConnectError('no')) : openHive(at, options);
    const cl = client(url(), undefined, { open });
    await expect(cl.put('a', 1)).rejects.toBeInstanceOf(wrpme.ConnectionRefused);
    await Promise.all([cl.put('a', 1), cl.put('b', 2)]);
    expect(tries).toBe(2);
  });

  it('closes a hive that is still being opened', async () => {
    const opened$ = new Subject<number>();
    let isClosed = false;
    const open: wrpme.WrpmeOpener = () =>
      firstValueFrom(opened$).then(() => ({ ...failing(0), close: async () => void (isClosed = true) }));
    const cl = client(url(), undefined, { open });
    const put = cl.put('a', 1).catch(() => {});
    const closing = cl.close();
    opened$.next(1);
    await Promise.all([put, closing]);
    expect(isClosed).toBe(true);
  });

  it.each<[string, () => unknown, typeof wrpme.WrpmeException]>([
    ['a port', () => new wrpme.Client('host', 70_000), wrpme.InvalidInput],
    ['an empty host', () => new wrpme.Client(''), wrpme.InvalidInput],
    ['a hive', () => new wrpme.Client({} as never), wrpme.InvalidInput],
  ])('refuses %s that is wrong at once', (_, make, Exception) => expect(make).toThrow(Exception));

  it('refuses an unknown store, and unknown options', async () => {
    await expect(client('ftp://host').connect()).rejects.toBeInstanceOf(wrpme.InvalidProtocol);
    await expect(client('zk://host:0').connect()).rejects.toBeInstanceOf(wrpme.InvalidInput);
    await expect(client(url(), undefined, { window: 0 }).connect()).rejects.toBeInstanceOf(wrpme.InvalidOption);
    for (const [wrong, argument] of [
      [{ size: 1 }, 'options.size'],
      [{ codec: text }, 'options.codec'],
      [{ store: 'arakoon' }, 'options.store'],
      [{ open: 'memory' }, 'options.open'],
      [null, 'options'],
    ] as const) {
      const refusal = expect.objectContaining({ number: 6, cause: expect.objectContaining({ argument }) });
      for (const Kind of [wrpme.Client, wrpme.RawClient])
        expect(() => new Kind(url(), undefined, wrong as never)).toThrow(refusal);
      expect(await wrpme.connect(wrpme.open(wrong as never), url())).toBe(wrpme.error_invalid_option);
    }
  });

  it('works in Arakoon, by its URL', async () => {
    await using server = await startArakoon({ nodes: ['a', 'b', 'c'] });
    const nodes = Object.entries(server.cluster.nodes).map(([name, address]) => `${name}=${String(address)}`);
    const at = `arakoon://${server.cluster.id}/people?${nodes.join('&')}`;
    await client(at, 5909).put('ada', { born: 1815 });
    expect(await client(at).get('ada')).toEqual({ born: 1815 });
  });

  it('works in etcd by version 2, at a host and a port', async () => {
    await using server = await startEtcd();
    const [host, port] = server.endpoints[0]!.split(':');
    await client(host!, Number(port), { store: 'etcd2' }).put('ada', { born: 1815 });
    expect(await client(`etcd2://${server.endpoints[0]}`).get('ada')).toEqual({ born: 1815 });
  });

  it('says that a real server refused the connection', async () => {
    const cl = client('127.0.0.1', (await freePorts(1))[0], { connection: { openTimeout: 1000 } });
    await expect(cl.get('a')).rejects.toMatchObject({ name: 'ConnectionRefused', effect: 'none' });
  });

  it('carries the effect and the cause of an error', async () => {
    const cause = new ConnectionLostError('gone', 'unknown');
    await expect(client(failing(cause)).update('a', 1)).rejects.toMatchObject({
      name: 'ConnectionReset',
      effect: 'unknown',
      layer: 'transport',
      cause,
    });
  });
});

describe('RawClient', () => {
  it('keeps documents of any size in slices, as the second example of the documentation means to', async () => {
    const LIMIT = 1000;
    const cl = rawClient(url(), 3002);
    const upload = async (document: Buffer) => {
      const id = randomUUID().replaceAll('-', '');
      if (document.length <= LIMIT) await cl.put(id, document);
      else {
        const count = Math.ceil(document.length / LIMIT);
        for (let i = 0; i < count; i++) await cl.put(`${id}.${i}`, document.subarray(i * LIMIT, (i + 1) * LIMIT));
        await cl.put(`${id}-slice_count`, String(count)); // last, so that no reader finds half a document
      }
      return id;
    };
    const download = async (id: string) => {
      try {
        return Buffer.from(await cl.get(id));
      } catch (error) {
        if (!(error instanceof wrpme.AliasNotFound)) throw error;
        const count = Number(Buffer.from(await cl.get(`${id}-slice_count`)).toString());
        const slices = [];
        for (let i = 0; i < count; i++) slices.push(await cl.get(`${id}.${i}`));
        return Buffer.concat(slices);
      }
    };
    for (const document of [Buffer.from('small'), Buffer.alloc(4321, 'large ')])
      expect((await download(await upload(document))).equals(document)).toBe(true);
  });

  it('keeps bytes as they are, and text in UTF-8', async () => {
    const cl = rawClient(rawHive((place) => new MemoryStore().cells(place)));
    await cl.put('bytes', new Uint8Array([0, 255]));
    await cl.update('text', 'größe');
    expect([...(await cl.get('bytes'))]).toEqual([0, 255]);
    expect(Buffer.from(await cl.get('text')).toString()).toBe('größe');
  });

  it('reads the bytes of an entry whichever codec wrote it', async () => {
    const connection = { store: new MemoryStore() };
    await client(url(), undefined, { connection }).put('a', { a: 1 });
    expect((await rawClient(url(), undefined, { connection }).get('a')).length).toBeGreaterThan(3);
  });

  it('refuses an empty alias and an empty content', async () => {
    const cl = rawClient(url());
    for (const [alias, content] of [
      ['', 'x'],
      ['a', ''],
      ['a', new Uint8Array()],
      ['a', 1],
      [1, 'x'],
      ['a', null],
    ])
      for (const name of ['put', 'update'] as const)
        await expect(cl[name](alias as never, content as never)).rejects.toBeInstanceOf(wrpme.InvalidInput);
  });
});

describe('the functions of a handle', () => {
  it('return codes, and get a pair', async () => {
    const it = await handle();
    expect(await wrpme.get(it, 'a')).toEqual([wrpme.error_alias_not_found, undefined]);
    expect(await wrpme.put(it, 'a', 'one')).toBe(wrpme.error_ok);
    expect(await wrpme.put(it, 'a', 'two')).toBe(wrpme.error_alias_already_exists);
    const [code, content] = await wrpme.get(it, 'a');
    expect([code, Buffer.from(content!).toString()]).toEqual([wrpme.error_ok, 'one']);
    expect(await wrpme.update(it, 'a', 'three')).toBe(wrpme.error_ok);
    expect(await wrpme.update(it, 'b', 'made')).toBe(wrpme.error_ok);
    expect(await wrpme.delete(it, 'a')).toBe(wrpme.error_ok);
    expect(await wrpme.delete(it, 'a')).toBe(wrpme.error_alias_not_found);
    expect(await wrpme.put(it, '', 'x')).toBe(wrpme.error_invalid_input);
    expect(await wrpme.put(it, 'a', '')).toBe(wrpme.error_invalid_input);
    expect(await wrpme.get(it, 'x'.repeat(5000))).toEqual([wrpme.error_alias_too_long, undefined]);
    expect(await wrpme.close(it)).toBe(wrpme.error_ok);
  });

  it('refuse a session that is not connected, is connected already, or is closed', async () => {
    const it = wrpme.open();
    expect(await wrpme.put(it, 'a', 'x')).toBe(wrpme.error_invalid_command);
    expect(await wrpme.get(it, 'a')).toEqual([wrpme.error_invalid_command, undefined]);
    expect(await wrpme.connect(it, url(), 5909)).toBe(wrpme.error_ok);
    expect(await wrpme.connect(it, url())).toBe(wrpme.error_invalid_command);
    expect(await wrpme.close(it)).toBe(wrpme.error_ok);
    expect(await wrpme.close(it)).toBe(wrpme.error_ok);
    expect(await wrpme.delete(it, 'a')).toBe(wrpme.error_invalid_command);
    expect(await wrpme.connect(it, url())).toBe(wrpme.error_invalid_command);
  });

  it('refuse what is no session', async () => {
    for (const wrong of [undefined, {}, 1] as never[]) {
      expect(await wrpme.connect(wrong, url())).toBe(wrpme.error_invalid_input);
      expect(await wrpme.get(wrong, 'a')).toEqual([wrpme.error_invalid_input, undefined]);
      expect(await wrpme.put(wrong, 'a', 'x')).toBe(wrpme.error_invalid_input);
      expect(await wrpme.close(wrong)).toBe(wrpme.error_invalid_input);
    }
  });

  it('say why there is no connection, and can try again', async () => {
    let cause: unknown = new ConnectError('no', { code: 'NAME_NOT_FOUND' });
    const it = wrpme.open({ open: (at, options) => (cause ? Promise.reject(cause) : openHive(at, options)) });
    closers.push(() => wrpme.close(it));
    expect(await wrpme.connect(it, 'nowhere', 5909)).toBe(wrpme.error_host_not_found);
    expect(await wrpme.put(it, 'a', 'x')).toBe(wrpme.error_invalid_command);
    expect(await wrpme.connect(it, 'host', 0)).toBe(wrpme.error_invalid_input);
    cause = undefined;
    expect(await wrpme.connect(it, 'ftp://host')).toBe(wrpme.error_invalid_protocol);
    expect(await wrpme.connect(it, url())).toBe(wrpme.error_ok);
  });

  it('close with the block that has the session', async () => {
    let isClosed = false;
    const hive = { ...failing(0), getRaw: () => of(new Uint8Array(1)), close: () => NEVER };
    const open = (async () => ({ ...hive, close: async () => void (isClosed = true) })) as never;
    {
      await using it = wrpme.open({ open });
      await wrpme.connect(it, 'zk://host');
      expect(await wrpme.get(it, 'a')).toEqual([0, new Uint8Array(1)]);
    }
    expect(isClosed).toBe(true);
  });
});
