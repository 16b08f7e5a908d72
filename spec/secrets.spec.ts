import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { NEVER, firstValueFrom, isObservable } from 'rxjs';
import { inspect } from 'node:util';
import {
  type ZooKeeper,
  bytes,
  connect,
  digestMd5,
  gssapi,
  isCoordinationError,
  json,
  open,
  tls,
  utf8,
} from '../lib/index.js';
import { connect as connectArakoon, open as openArakoon } from '../lib/arakoon/index.js';
import { parseServers } from '../lib/core/connectString.js';

const SECRET = 'hunter2';
const any = <T>(value: unknown) => value as T;

/** What a call errors with: by a throw, a rejection, or on the error channel. */
async function errorOf(make: () => unknown): Promise<unknown> {
  try {
    const made = make();
    if (isObservable(made)) await firstValueFrom(made);
    else await made;
  } catch (error) {
    return error;
  }
  return undefined;
}

/** Everything that a log might show of an error. */
function shownOf(error: unknown): string {
  const { message, stack } = error as Error;
  return [message, stack, String(error), inspect(error, { depth: 10, showHidden: true }), JSON.stringify(error)].join(
    '\n'
  );
}

/** The secret in forms that people give by mistake. */
const wrong = fc.constantFrom<unknown>(
  SECRET,
  [SECRET],
  { password: SECRET },
  Object.assign(() => SECRET, { toString: () => SECRET }),
  { toString: () => SECRET },
  Symbol(SECRET),
  1_234_567,
  Buffer.from(SECRET),
  [[SECRET]],
  { [Symbol.toPrimitive]: () => SECRET }
);
const quiet = { transport: () => NEVER };

const takers: readonly (readonly [string, (value: never) => unknown])[] = [
  ['addAuth', (value) => connectedTo((zk) => zk.addAuth('digest', typeof value === 'string' ? any(5) : value))],
  ['options.auth', (auth) => connect('a', { ...quiet, auth })],
  ['options.auth[0]', (each) => connect('a', { ...quiet, auth: [each] })],
  ['options.auth[0].auth', (auth) => connect('a', { ...quiet, auth: [{ scheme: 'digest', auth }] })],
  ['options.auth[0].scheme', (scheme) => connect('a', { ...quiet, auth: [{ scheme, auth: any(undefined) }] })],
  ['options.ticket', (ticket) => connect('a', { ...quiet, ticket })],
  [
    'options.ticket.password',
    (password) => connect('a', { ...quiet, ticket: { id: 1n, zxid: 0n, timeout: 1, password } }),
  ],
  ['options', (options) => connect('a', options)],
  ['options of open', (options) => open(any(5), options)],
  ['options.sasl', (sasl) => connect('a', { ...quiet, sasl })],
  ['options.tls', (options) => connect('a', { tls: any({ passphrase: options, key: 5 }) })],
  ['tls', (options) => tls(options === any(SECRET) ? options : any(5))],
  [
    'tls passphrase',
    (passphrase) => tls({ passphrase: typeof passphrase === 'string' ? any([passphrase]) : passphrase }),
  ],
  ['tls key', (key) => tls({ key: any({ key }) })],
  ['digestMd5', (options) => digestMd5(options)],
  ['digestMd5 password', (password) => digestMd5({ username: '', password })],
  ['digestMd5 username', (username) => digestMd5({ username, password: any(5) })],
  ['gssapi', (options) => gssapi(options)],
  ['data', (data) => connectedTo((zk) => zk.set('/a', Buffer.isBuffer(data) ? any(5) : data))],
  [
    'data by a codec',
    (data) =>
      connectedTo((zk) =>
        zk.set('/a', any<null>(data), {
          codec: typeof data === 'string' ? any<typeof bytes>(bytes) : any<typeof bytes>(utf8),
        })
      ),
  ],
  ['servers', (servers) => connect(any([servers, 5]), quiet)],
  ['Arakoon options', (options) => connectArakoon('arakoon://a?b=c:1', any(options))],
  [
    'Arakoon options.tls',
    (passphrase) => connectArakoon('arakoon://a?b=c:1', { tls: { passphrase: any([passphrase]) } }),
  ],
  ['Arakoon cluster', (cluster) => connectArakoon(cluster, quiet)],
  ['Arakoon cluster of open', (cluster) => openArakoon(cluster, any(5))],
];

function connectedTo(act: (zk: ZooKeeper) => unknown): unknown {
  let made: unknown;
  connect('a', quiet)
    .subscribe((zk) => (made = act(zk)))
    .unsubscribe();
  return made;
}

it.each(takers)('is not shown by the error of a wrong %s', async (_, take) => {
  await fc.assert(
    fc.asyncProperty(wrong, async (value) => {
      const error = await errorOf(() => take(value as never));
      if (error === undefined) return;
      const shown = shownOf(error);
      expect([isCoordinationError(error), shown.includes(SECRET), shown.includes('1234567')]).toEqual([
        true,
        false,
        false,
      ]);
    }),
    { numRuns: 40 }
  );
});

it.each([
  `bob:${SECRET}@h:2181`,
  `zk://bob:${SECRET}@h:2181/app`,
  `bob:${SECRET}@h:99999`,
  `bob:${SECRET},x@h:2181`,
  `bob:${SECRET}/x@h:2181/a//b`,
  `h1:2181,bob:${SECRET}@h2`,
  `http://bob:${SECRET}@h/`,
  `bob:pa@${SECRET}@h`,
  `h:2181?password=${SECRET}`,
  `bob:${SECRET}@[::1]:2181`,
  `[bob:${SECRET}@::1]:2181`,
])('in a connect string is not shown: %s', async (servers) => {
  const error = await errorOf(() => parseServers(servers));
  expect(isCoordinationError(error)).toBe(true);
  expect(shownOf(error)).not.toContain(SECRET);
});

it.each([
  `arakoon://bob:${SECRET}@ricky`,
  `arakoon://ricky?bob:${SECRET}@h:4000`,
  `arakoon://ricky?a=bob:${SECRET}@h:4000`,
  `arakoon://ricky/key?ini=http://bob:${SECRET}@h/`,
  `http://bob:${SECRET}@h/`,
  `arakoon://ricky?a=bob:%zz${SECRET}@h:4000`,
])('in the URL of a cluster is not shown: %s', async (cluster) => {
  const error = await errorOf(() => connectArakoon(cluster, quiet));
  expect(isCoordinationError(error)).toBe(true);
  expect(shownOf(error)).not.toContain(SECRET);
});

it.each([
  [json(), `${SECRET}`],
  [json(), `{"password":"${SECRET}",}`],
  [json(), `{"password":"${SECRET}"`],
  [json(), `"${SECRET}" "x"`],
  [utf8, `${SECRET}\xff`],
])('in the data of a node is not shown by %o', async (codec, text) => {
  const error = await errorOf(() => codec.decode(Buffer.from(text, 'latin1')));
  expect(isCoordinationError(error, 'BAD_VALUE')).toBe(true);
  expect(shownOf(error)).not.toContain(SECRET);
});
