import { describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { basename, dirname, join, posix } from 'node:path';
import { sourceFacts } from './helpers/sourceFacts.js';

const LIB = join(__dirname, '../lib');
const BACKENDS = ['zookeeper', 'etcd', 'arakoon'];

/** The layers, lowest first. A file may import from its own layer and from those before it. */
const LAYERS = [
  ...['core/', 'bytes/', 'operators/', 'transport/', 'client/', 'http2/', 'lease/'],
  '<backend>/(errors|types|path|options|acl|sessionState|sessionTicket|sasl/saslMechanism)\\.ts',
  '<backend>/(cluster|clusterUrl|endpoints|discoverEndpoints|ini|iniFile)\\.ts',
  '<backend>/sasl/',
  '<backend>/(v[23]/)?protocol/',
  '<backend>/v[23]/(types|options|carrier)\\.ts',
  '<backend>/(v[23]/)?session/',
  '<backend>/(v[23]/)?filters/',
  '<backend>/(v[23]/)?(lease|watch)/',
  '<backend>/(v[23]/)?client/',
  '<backend>/(recipes/|(v2/)?cells\\.ts)',
  '<backend>/(v[23]/)?(connect(V2)?|open(V2)?|index)\\.ts',
  ...['store/', 'bridge/', 'otel/', 'hive/', 'testing/', 'cli/', '(index|notForBrowsers)\\.ts'],
].map((layer) => new RegExp(`^${layer.replace('<backend>', `(${BACKENDS.join('|')})`)}`));

/** Written against abilities: they are given a backend, and import none. Only what opens a hive by its URL does. */
const NEUTRAL = /^(store|bridge|otel|hive(?!\/open))\//;
/** Seen by nobody but themselves. */
const OUTERMOST = /^(testing|cli)\//;
/** Places where an Observable has no business: what they do is testable with plain calls. */
const WITHOUT_RXJS = /^(bytes|[a-z]+\/(v[23]\/)?protocol)\//;
/** The only places that touch sockets, files, clocks and the console. */
const OUTSIDE_WORLD = /^(transport|testing|cli)\//;
/** Node modules that do no I/O, and are therefore welcome everywhere. */
const PURE_NODE = /^(node:)?(async_hooks|buffer|crypto|diagnostics_channel|util|v8|worker_threads|zlib)$/;
const RXJS = /^rxjs(\/testing)?$/;
/** The only files that subscribe for themselves; everywhere else, the caller's subscription drives. */
const PUMPS = [
  ...[
    'operators/bracket.ts',
    'operators/toAsyncIterable.ts',
    'operators/outliving.ts',
    'operators/mapOrElse.ts',
    'operators/deferResult.ts',
    'client/owned.ts',
    'client/openingOf.ts',
    'client/requestFilter.ts',
    'client/tracedRequest.ts',
    'arakoon/session/exchange.ts',
    'zookeeper/session/arming.ts',
    'zookeeper/session/exchange.ts',
    'zookeeper/session/sessionLinks.ts',
  ],
  ...[
    'zookeeper/watch/cell.ts',
    'zookeeper/watch/deniedReads.ts',
    'zookeeper/watch/watchEvents.ts',
    'zookeeper/watch/tree/treeReads.ts',
    'zookeeper/connect.ts',
    'lease/acquire.ts',
  ],
  ...[
    'store/live.ts',
    'store/toExternalStore.ts',
    'hive/cache/contentCache.ts',
    'hive/upload/pulledChunks.ts',
    'bridge/server/sharedWatch.ts',
  ],
  ...['testing/simulator/simulatedLink.ts', 'testing/simulator/simulatedNetwork.ts', 'testing/simulator/process.ts'],
  'testing/simulator/simulatedClients.ts',
];
/** Families of small words, which have no main export to be named after. */
const FAMILIES = new Set(
  `
    arakoon/client/arguments
    arakoon/client/requestOptions
    arakoon/client/streamedReplies
    arakoon/clusterUrl
    arakoon/ini
    arakoon/options
    arakoon/protocol/errorCode
    arakoon/protocol/ops/admin
    arakoon/protocol/ops/nursery
    arakoon/protocol/ops/reads
    arakoon/protocol/ops/writes
    arakoon/protocol/prologue
    arakoon/recipes/transientErrors
    arakoon/session/failures
    arakoon/types
    bridge/types
    cli/command/paths
    cli/dash/requests
    cli/dash/treeViews
    cli/dash/types
    cli/stores/keyTree
    client/logLines
    client/observation
    core/callErrors
    core/cellArguments
    core/check
    core/codecs
    core/connectString
    core/contract
    core/errors
    core/failures
    etcd/v2/client/fields
    etcd/v2/options
    etcd/v2/protocol/clusterRequests
    etcd/v2/protocol/errorCode
    etcd/v2/protocol/keyRequests
    etcd/v2/types
    etcd/v2/watch/tree
    etcd/v3/client/eventTypes
    etcd/v3/client/requestOptions
    etcd/v3/client/writeRequest
    etcd/v3/lease/leaseCalls
    etcd/v3/options
    etcd/v3/protocol/auth
    etcd/v3/protocol/cluster
    etcd/v3/protocol/errorCode
    etcd/v3/protocol/fields
    etcd/v3/protocol/kv
    etcd/v3/protocol/lease
    etcd/v3/protocol/maintenance
    etcd/v3/protocol/methods
    etcd/v3/protocol/watch
    etcd/types
    hive/options
    hive/sweeping/expiry
    hive/types
    hive/watching
    hive/wrpme/errorCode
    http2/frame
    http2/window
    notForBrowsers
    otel/requestAttributes
    testing/arakoon/request/check
    testing/arakoon/types
    testing/etcd/call/limits
    testing/etcd/call/permits
    testing/etcd/call/served
    testing/etcd/concurrency/methods
    testing/etcd/concurrency/ownCalls
    testing/etcd/store/checkRequest
    testing/proxy/proxyTypes
    testing/simulator/simulatedClients
    testing/simulator/types
    testing/zookeeper/dataFile
    testing/zookeeper/reaper
    testing/zookeeper/request/argument
    testing/zookeeper/request/handlers
    testing/zookeeper/request/nodeReads
    testing/zookeeper/request/opcode
    testing/zookeeper/request/versionFixes
    testing/zookeeper/request/watchRequests
    testing/zookeeper/request/writes
    testing/zookeeper/store/nodeStat
    zookeeper/acl
    zookeeper/client/config
    zookeeper/client/consistentReads
    zookeeper/options
    zookeeper/path
    zookeeper/protocol/aclCodec
    zookeeper/protocol/errorCode
    zookeeper/protocol/event
    zookeeper/protocol/handshake
    zookeeper/protocol/header
    zookeeper/protocol/ops/acl
    zookeeper/protocol/ops/serverInfo
    zookeeper/protocol/ops/session
    zookeeper/protocol/ops/watches
    zookeeper/protocol/stat
    zookeeper/recipes/locks/ownInLine
    zookeeper/recipes/presence/party
    zookeeper/recipes/queues/queue
    zookeeper/recipes/support/callPolicy
    zookeeper/recipes/support/sessionScope
    zookeeper/session/expiryAndClose
    zookeeper/types
    zookeeper/watch/closed
  `.split(/\s+/)
);
const LONGEST = 221;
/** Files that are one table or one interface, with a line of its own for each of many equal parts. */
const LISTS: Readonly<Record<string, number>> = {
  'testing/proxy/faultProxy.ts': 231, // a class of many small methods, with their documentation
};
const MEDIAN = 80;

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.startsWith('dashboard/')) // a web page, with libraries of its own
  .sort();
const facts = new Map(files.map((file) => [file, sourceFacts(file, readFileSync(join(LIB, file), 'utf8'))]));
const of = (file: string) => facts.get(file)!;
const layer = (file: string) => LAYERS.findIndex((pattern) => pattern.test(file));
const backend = (file: string) => BACKENDS.find((name) => file.startsWith(`${name}/`));
const isNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name);

describe('the layers of lib/', () => {
  it('have a place for every file', () => expect(files.filter((file) => layer(file) < 0)).toEqual([]));

  it('import files by the names they have on disk', () =>
    expect(arrows((_, target) => !facts.has(target))).toEqual([]));

  it('import downward only', () =>
    expect(arrows((file, target) => layer(file) >= 0 && layer(target) > layer(file))).toEqual([]));

  it('keep the backends apart, and bridge/, hive/ and store/ free of them', () => {
    const foreign = (file: string, target: string) =>
      NEUTRAL.test(file) || ![undefined, backend(target)].includes(backend(file));
    expect(arrows((file, target) => backend(target) !== undefined && foreign(file, target))).toEqual([]);
  });

  it('hide testing/ and cli/ from all others', () => {
    expect(arrows((file, target) => OUTERMOST.test(target) && !OUTERMOST.test(file))).toEqual([]);
  });

  it('have no cycle', () => expect(cycles()).toEqual([]));

  it('keep RxJS out of the codecs', () => {
    expect(packages((name, file) => WITHOUT_RXJS.test(file) && name.startsWith('rxjs'))).toEqual([]);
  });

  it('touch the outside world in transport/, testing/ and cli/ only', () => {
    expect(packages((name, file) => isNode(name) && !PURE_NODE.test(name) && !OUTSIDE_WORLD.test(file))).toEqual([]);
  });

  it('need no package but RxJS', () => expect(packages((name) => !isNode(name) && !RXJS.test(name))).toEqual([]));
});

describe('a file of lib/', () => {
  it('leaves subscribing to its caller, unless it is one of the pumps', () => {
    expect(files.filter((file) => !PUMPS.includes(file)).flatMap((file) => of(file).subscribes)).toEqual([]);
    // the list is not longer than it need be
    expect(PUMPS.filter((file) => !facts.get(file)?.subscribes.length)).toEqual([]);
  });

  it('leaves time to schedulers, and the console alone', () => {
    expect(files.filter((file) => !OUTSIDE_WORLD.test(file)).flatMap((file) => of(file).untestable)).toEqual([]);
  });

  it('has no hole in its types', () => expect(files.flatMap((file) => of(file).holes)).toEqual([]));

  it('has a main export named as the file, and no default export', () => {
    const isNamed = (file: string) =>
      of(file).exports.some((name) => name[0]!.toLowerCase() + name.slice(1) === basename(file, '.ts'));
    expect(files.filter((file) => of(file).exports.includes('default'))).toEqual([]);
    expect([...FAMILIES].filter((name) => name !== '' && (!facts.has(`${name}.ts`) || isNamed(`${name}.ts`)))).toEqual(
      []
    );
    expect(
      files
        .filter((file) => !FAMILIES.has(file.slice(0, -3)) && basename(file) !== 'index.ts' && !isNamed(file))
        .map((file) => `${file}: ${of(file).exports.join(', ')}`)
    ).toEqual([]);
  });

  it(`has at most ${LONGEST} lines, and every other one at most ${MEDIAN}`, () => {
    const lengths = files.map((file) => of(file).lines).sort((a, b) => a - b);
    const isLong = (file: string) => of(file).lines > (LISTS[file] ?? LONGEST);
    expect(files.filter(isLong).map((file) => `${file}: ${of(file).lines} lines`)).toEqual([]);
    expect(Object.keys(LISTS).filter((file) => !(of(file).lines > LONGEST))).toEqual([]); // each of them needs it
    expect(lengths[lengths.length >> 1]).toBeLessThanOrEqual(MEDIAN);
  });
});

/** The files of lib/ that a file imports. */
function targets(file: string): string[] {
  return of(file)
    .imports.filter((name) => name.startsWith('.'))
    .map((name) => posix.join(dirname(file), name).replace(/\.js$/, '.ts'));
}

/** The imports between files of lib/ that break a rule. */
function arrows(isWrong: (file: string, target: string) => boolean): string[] {
  return files.flatMap((file) =>
    targets(file)
      .filter((target) => isWrong(file, target))
      .map((target) => `${file} → ${target}`)
  );
}

/** The imports of packages and of Node's modules that break a rule. */
function packages(isWrong: (name: string, file: string) => boolean): string[] {
  return files.flatMap((file) =>
    of(file)
      .imports.filter((name) => !name.startsWith('.') && isWrong(name, file))
      .map((name) => `${file} → ${name}`)
  );
}

function cycles(): string[] {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [[...path.slice(path.indexOf(file)), file].join(' → ')];
    if (done.has(file) || !facts.has(file)) return [];
    const found = targets(file).flatMap((target) => visit(target, [...path, file]));
    done.add(file);
    return found;
  };
  return files.flatMap((file) => visit(file, []));
}
