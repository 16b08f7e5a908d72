/**
 * Faults that the library once had: what each did, and how to put it back. `from` stands in the file once.
 *
 * @type {readonly { readonly name: string; readonly changes: readonly { readonly file: string; readonly from: string;
 * readonly to: string }[]; readonly seeds?: number }[]}
 */
export const FAULTS = [
  {
    name: 'the horizon moves with the first piece of setWatches',
    changes: [
      {
        file: 'lib/zookeeper/session/session.ts',
        from: 'this.#record.saw(this.#channel.zxid, this.#channel.watches.caughtUp)',
        to: 'this.#record.saw(this.#channel.zxid, true)',
      },
    ],
  },
  {
    name: 'a server that does not tell its version counts as an old one',
    changes: [
      {
        file: 'lib/zookeeper/session/serverVersions.ts',
        from: 'const answer$ = question$.pipe(',
        to: 'const answer$ = merge(question$).pipe(catchError(() => of(30400)),',
      },
      {
        file: 'lib/zookeeper/session/serverVersions.ts',
        from: 'import { type Observable,',
        to: 'import { catchError, type Observable,',
      },
    ],
  },
  {
    name: 'a watch that is refused ends the link',
    changes: [
      {
        file: 'lib/zookeeper/session/rearm.ts',
        from: '      entry.refuse(error);\n      channel.watches.refused$.next(entry);\n      return EMPTY;',
        to: '      return throwError(() => error);',
      },
    ],
  },
  {
    name: 'removeWatches ends the watches of others',
    changes: [
      {
        file: 'lib/zookeeper/client/pinnedWatches.ts',
        from: "if (ended.length === 0) return throwError(() => new ServerError('NO_WATCHER', NO_WATCHER, { operation: removeWatches.name, path }));",
        to: 'if (ended.length === 0) return exchange(removeWatches, { path, type }, options);',
      },
    ],
  },
  {
    name: 'the reads of a tree are begun again at once when they fail',
    changes: [
      {
        file: 'lib/zookeeper/watch/tree/treeReads.ts',
        from: 'this.#running = false; // the next read',
        to: '// the next read',
      },
    ],
  },
  {
    name: 'an answered request fails when its client is closed inside next',
    changes: [
      {
        file: 'lib/arakoon/session/connection.ts',
        from: '      call.settle();\n      answers.push({ call, value: reply.value });',
        to: '      answers.push({ call, value: reply.value });',
      },
    ],
  },
  {
    name: 'numbers alone say who came first',
    changes: [
      {
        file: 'lib/zookeeper/recipes/eldestFirst.ts',
        from: 'nodes.length < 2 || nodes.every(({ sequence }) => sequence >= 0 && sequence < LAST)',
        to: 'true',
      },
    ],
  },
  {
    name: 'a member of a double barrier waits for those of the next round',
    changes: [
      {
        file: 'lib/zookeeper/recipes/barrier.ts',
        from: '!names.some((name) => round.has(name)) && (!names.includes(READY) || others(names) === 0)',
        to: 'others(names) === 0',
      },
    ],
  },
  {
    name: 'a search for a node ends with an answer that is garbage',
    changes: [
      {
        file: 'lib/zookeeper/client/createNode.ts',
        from: "code === 'CONNECTION_LOST' || code === 'PROTOCOL' || code === 'MOVED'",
        to: "code === 'CONNECTION_LOST'",
      },
    ],
  },
  {
    name: 'the wait for an item begins again when the client is closed',
    changes: [
      {
        file: 'lib/zookeeper/recipes/queue.ts',
        from: 'return merge(promoted$, one$.pipe(repeat())).pipe(untilClosed(zk));',
        to: 'return merge(promoted$, one$.pipe(repeat()));',
      },
      {
        file: 'lib/zookeeper/watch/watchChildren.ts',
        from: "orClosed({ operation: 'watchChildren', path: shownPath }),",
        to: '',
      },
    ],
  },
  {
    name: 'reads that travel together share one limit of size',
    changes: [
      {
        file: 'lib/zookeeper/session/readGroup.ts',
        from: '  get size(): number {\n    return this.#members.length;',
        to: '  get size(): number {\n    return 1;',
      },
      {
        file: 'lib/zookeeper/session/readGroup.ts',
        from: '  overflow(): void {\n    this.#apart(0);',
        to: '  overflow(length: number): void {\n    for (const member of this.#members) member.overflow(length);',
      },
    ],
  },
  {
    name: 'what was given up before it could be sent is sent later',
    changes: [{ file: 'lib/operators/bracket.ts', from: 'if (charge !== undefined) {', to: 'if (charge === null) {' }],
  },
  {
    name: 'a lease is given out with a proof that comes too late',
    changes: [
      {
        file: 'lib/zookeeper/recipes/tenure.ts',
        from: 'find(({ sent }) => zk.scheduler.now() < sent + timeout * HORIZON)',
        to: 'find(() => true)',
      },
    ],
  },
];
