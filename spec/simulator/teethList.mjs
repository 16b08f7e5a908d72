/**
 * Faults that the library once had, or could have, and what puts each of them into it. `from` stands at one place of
 * the library, whatever the file; where its lines are broken does not matter. Where `seeds` is given, so many runs may
 * be needed until a law notices: more than the specs make. With `etcd`, only runs with etcd are made, and with `hive`
 * only those with a hive.
 *
 * @type {readonly { readonly name: string; readonly changes: readonly { readonly from: string; readonly to: string }[];
 * readonly seeds?: number; readonly etcd?: boolean; readonly hive?: boolean }[]}
 */
export const FAULTS = [
  {
    name: 'the horizon moves with the first piece of setWatches',
    seeds: 4000,
    changes: [
      {
        from: 'this.record.saw(this.channel.zxid, this.channel.watches.caughtUp)',
        to: 'this.record.saw(this.channel.zxid, true)',
      },
    ],
  },
  {
    name: 'a server that does not tell its version counts as an old one',
    changes: [
      {
        from: 'const answer$ = question$.pipe(',
        to: 'const answer$ = merge(question$).pipe(catchError(() => of(30400)),',
      },
      {
        from: 'import { type Observable, Subject, defer, map, merge, of,',
        to: 'import { type Observable, Subject, catchError, defer, map, merge, of,',
      },
    ],
  },
  {
    name: 'a watch that is refused ends the link',
    changes: [
      {
        from:
          'if (this.#entry.refuse(error, this.#number)) this.#channel.watches.refused$.next(this.#entry); ' +
          'this.#waiter?.complete();',
        to: 'this.#waiter?.error(error);',
      },
    ],
  },
  {
    name: 'removeWatches ends the watches of others',
    changes: [
      {
        from:
          "if (ended.length === 0) return throwError(() => new ServerError('NO_WATCHER', NO_WATCHER, " +
          '{ operation: removeWatches.name, path }));',
        to: 'if (ended.length === 0) return exchange(removeWatches, { path, type }, options);',
      },
    ],
  },
  {
    name: 'the reads of a tree begin again at once while the client closes',
    changes: [
      {
        from: "if (!isCoordinationError(error) || error.layer !== 'server') { this.#running = false;",
        to: "if (!isCoordinationError(error) || error.layer !== 'server') {",
      },
      {
        from:
          "this.outbox.close(sessionOver('CLOSED', 'the client was closed', this.outbox.trouble)); " +
          'this.#say(undefined);',
        to: "this.outbox.close(sessionOver('CLOSED', 'the client was closed', this.outbox.trouble));",
      },
      {
        from: 'if (refusal !== undefined) return soon(scheduler, () => call.fail(refusal));',
        to: 'if (refusal !== undefined) return void call.fail(refusal);',
      },
    ],
  },
  {
    name: 'an answered request fails when its client is closed inside next',
    changes: [
      {
        from: 'call.settle(); answers.push({ call, value: reply.value });',
        to: 'answers.push({ call, value: reply.value });',
      },
    ],
  },
  {
    name: 'numbers alone say who came first',
    changes: [
      {
        from: 'nodes.length < 2 || nodes.every(({ sequence }) => sequence >= 0 && sequence < LAST)',
        to: 'true',
      },
    ],
  },
  {
    name: 'a member of a double barrier waits for those of the next round',
    changes: [
      {
        from: 'return roundOver(zk, path, round, known, isOn, (names) => !isOn(names) || others(names) === 0).pipe(',
        to: 'return once((names) => others(names) === 0).pipe(',
      },
    ],
  },
  {
    name: 'a search for a node ends with an answer that is garbage',
    seeds: 4000,
    changes: [
      {
        from: "code === 'CONNECTION_LOST' || code === 'PROTOCOL' || code === 'MOVED'",
        to: "code === 'CONNECTION_LOST'",
      },
    ],
  },
  {
    name: 'the wait for an item begins again when the client is closed',
    changes: [
      {
        from: 'return merge(promoted$, one$.pipe(repeat())).pipe(untilClosed(zk));',
        to: 'return merge(promoted$, one$.pipe(repeat()));',
      },
      {
        from: 'else if (empty) this.#subscriber.error(',
        to: "else if (empty && this.#cell.kind.operation !== 'watchChildren') this.#subscriber.error(",
      },
    ],
  },
  {
    name: 'reads that travel together share one limit of size',
    changes: [
      {
        from: 'get size(): number { return this.#members.length;',
        to: 'get size(): number { return 1;',
      },
      {
        from: 'overflow(): void { this.#apart(0);',
        to: 'overflow(length: number): void { for (const member of this.#members) member.overflow(length);',
      },
    ],
  },
  {
    name: 'what was given up before it could be sent is sent later',
    changes: [{ from: 'if (charge !== undefined) {', to: 'if (charge === null) {' }],
  },
  {
    name: 'a lease is given out with a proof that comes too late',
    seeds: 4000,
    changes: [
      {
        from: 'find(({ sent }) => scheduler.now() < sent + timeout * HORIZON)',
        to: 'find(() => true)',
      },
      {
        from: 'return standing.tenure.valid ? standing.tenure : undefined;',
        to: 'return standing.tenure;',
      },
    ],
  },
  {
    name: 'a list that may not be read counts as watched',
    seeds: 4000,
    changes: [
      { from: "new Set(['NO_NODE', 'REPLY_TOO_LARGE'])", to: "new Set(['NO_NODE', 'NO_AUTH', 'REPLY_TOO_LARGE'])" },
    ],
  },
  {
    name: 'a node that could not be read is not read again',
    changes: [{ from: '=> this.#read(path)', to: '=> undefined' }],
  },
  {
    name: 'a watch of etcd goes on after the newest revision of the server',
    etcd: true,
    changes: [
      {
        from: 'if (events.length > 0 || this.#held.length > 0) return this.#changes(events, fragment);',
        to:
          'if (events.length > 0 || this.#held.length > 0) { const steps = this.#changes(events, fragment); ' +
          'this.#next = revision + 1; return steps; }',
      },
    ],
  },
  {
    name: 'an event of etcd that is told twice is passed on twice',
    etcd: true,
    changes: [{ from: 'if (revision < this.#next) continue;', to: '' }],
  },
  {
    name: 'the pieces of a revision of etcd are passed on one by one',
    etcd: true,
    changes: [{ from: 'if (!fragment && held.length > 0) {', to: 'if (held.length > 0) {' }],
  },
  {
    name: 'events of etcd that are compacted away are passed over in silence',
    etcd: true,
    changes: [
      {
        from: "if (step.kind === 'compacted') return [FORGOTTEN];",
        to: "if (step.kind === 'compacted') return from(step.revision);",
      },
    ],
  },
  {
    name: 'a write of etcd of unknown effect is sent again',
    etcd: true,
    changes: [
      { from: "const harmless = call.method.isRead || error.effect === 'none';", to: 'const harmless = true;' },
    ],
  },
  {
    name: 'a write of etcd that timed out at the server is said to have had no effect',
    etcd: true,
    changes: [
      {
        from: "const effect: Effect = isRead || !UNKNOWN_EFFECT.has(code) ? 'none' : 'unknown';",
        to: "const effect: Effect = 'none';",
      },
    ],
  },
  {
    name: 'a token of etcd that has run out is not renewed',
    etcd: true,
    changes: [
      {
        from: 'if (isStaleToken(error.code) && this.#base.tokens.wanted && !call.renewed)',
        to: 'if (error.code === undefined)',
      },
    ],
  },
  {
    name: 'a watch of etcd is refused for a token that has run out',
    etcd: true,
    changes: [{ from: 'if (this.#session.tokens.wanted && !watcher.renewed) {', to: 'if (watcher === null) {' }],
  },
  {
    name: 'a member of etcd that is silent is not asked for a sign of life',
    etcd: true,
    changes: [
      {
        from: 'return merge(interval(every, scheduler), doubt$).pipe(',
        to: 'return interval(2 ** 30, scheduler).pipe(',
      },
    ],
  },
  {
    name: 'a joint read of etcd gives the answers of those who have left to others',
    etcd: true,
    changes: [
      {
        from: 'this.#calls.forEach((call, i) => { if (call.isOver) return;',
        to: 'this.#calls.filter(({ isOver }) => !isOver).forEach((call, i) => {',
      },
    ],
  },
  {
    name: 'a watch of etcd that nobody wants any more goes on',
    etcd: true,
    changes: [{ from: 'this.#stream?.cancel(watcher);', to: '' }],
  },
  {
    name: 'a contender of etcd does not look who else is ahead',
    etcd: true,
    changes: [
      {
        from: 'return concat(of({ ahead, proof: undefined }), moved$);',
        to: 'return concat(of({ ahead, proof: undefined }), moved$, of({ ahead, proof: proofOf(etcd, own) }));',
      },
    ],
  },
  {
    name: 'a lock of etcd is held without proof',
    etcd: true,
    changes: [
      {
        from:
          'etcd.leases.keepAlive(leaseId).pipe( mergeMap((left) => (left === 0 ? gone() : etcd.get(key))), ' +
          'mergeMap((found) => (found?.createRevision === createRevision ? of(undefined) : gone())) ),',
        to: 'of(gone, leaseId, undefined),',
      },
    ],
  },
  {
    name: 'the doubt about a lease of etcd is told late',
    etcd: true,
    changes: [
      { from: 'const validUntil = kept.sent + kept.ttl * SURE;', to: 'const validUntil = scheduler.now() + kept.ttl;' },
    ],
  },
  {
    name: 'a lease of etcd is not given back',
    etcd: true,
    changes: [
      {
        from: 'revokeLease(exchange, id) ).pipe( switchMap((granted) => standings(ground, granted)),',
        to: 'EMPTY ).pipe( switchMap((granted) => standings(ground, granted)),',
      },
    ],
  },
  {
    name: 'an upload to a hive does not wait for its slices',
    hive: true,
    changes: [
      {
        from: 'return done$.pipe( defaultIfEmpty(undefined), map(() => {',
        to: 'done$.subscribe({ error: () => undefined }); return of(undefined).pipe( map(() => {',
      },
    ],
  },
  {
    name: 'a sweep of a hive does not condemn an upload before it deletes its slices',
    hive: true,
    changes: [
      {
        from: "const condemned$ = found.record.state === 'condemned' ? of(found) : records.become(found, 'condemned');",
        to: 'const condemned$ = of(found);',
      },
    ],
  },
  {
    name: 'a sweep of a hive deletes slices, and condemns the upload then',
    hive: true,
    changes: [
      {
        from: `return condemned$.pipe( concatMap((record) => new Slices(places, found.id, settings) .clear() .pipe(
          concatMap((slices) => records.delete(record).pipe(ignoreElements(), endWith<Outcome>({ removed: 1,
          slices }))) ) ) );`,
        to: `return new Slices(places, found.id, settings).clear().pipe(concatMap((slices) =>
          condemned$.pipe(concatMap((record) => records.delete(record)), ignoreElements(), endWith<Outcome>({
          removed: 1, slices }))));`,
      },
    ],
  },
  {
    name: 'a commit to a hive does not depend on the version of its record',
    hive: true,
    changes: [
      {
        from: 'key: uploadKey(record.id), value, version: record.version };',
        to: "key: uploadKey(record.id), value, version: 'any' as const };",
      },
    ],
  },
  {
    name: 'a download from a hive goes on with the slices of another version',
    seeds: 4000,
    hive: true,
    changes: [
      {
        from: 'if (bytes === undefined) return missing(ground, plan, number);',
        to: `if (bytes === undefined) return ground.heads.find(alias, operation, true).pipe(concatMap((now) => {
          const other = now?.head.sliced;
          if (other?.crcs[number] === undefined) return missing(ground, plan, number);
          return new Slices(places, other.id, settings).read(number, alias, operation).pipe(concatMap((its) =>
            its === undefined ? missing(ground, plan, number) :
            inOrder.crc(number, its).pipe(map(() => ({ bytes: its, at: number * other.sliceSize })))));
        }));`,
      },
    ],
  },
  {
    name: 'a commit to a hive whose answer was lost is said to have had no effect',
    hive: true,
    changes: [
      {
        from: '(now?.head.sliced?.id === record.id ? of(now.version) : throwError(() => error))',
        to: "throwError(() => withEffect(error, 'none'))",
      },
    ],
  },
  {
    name: 'an upload to a hive does not renew its record',
    hive: true,
    changes: [
      { from: 'interval(settings.grace / 4, settings.scheduler)', to: 'interval(2 ** 30, settings.scheduler)' },
    ],
  },
  {
    name: 'a sweep of a hive does not wait for the time of grace',
    hive: true,
    changes: [
      { from: 'const isOld = settings.scheduler.now() - since > settings.grace;', to: 'const isOld = since > 0;' },
    ],
  },
  {
    name: 'an upload to a hive that is given up takes the slices of a visible entry away',
    hive: true,
    changes: [{ from: "if (!isOwn && state !== 'condemned') return EMPTY;", to: '' }],
  },
  {
    name: 'a swap in a hive does not depend on the version that it has compared',
    hive: true,
    changes: [
      {
        from: 'const swap = () => change(found)',
        to: 'const swap = () => change({})',
      },
    ],
  },
  {
    name: 'a sweep of a hive deletes an entry that has run out and was written again',
    hive: true,
    changes: [{ from: "heads.delete(alias, found, 'sweep')", to: "heads.delete(alias, undefined, 'sweep')" }],
  },
  {
    name: 'a watch of an entry of a hive passes changes over while it reads',
    hive: true,
    changes: [
      {
        from: 'return index.watch(headKey(alias)).pipe( switchAfterFirst( (cell) => shown(ground, reader, cell),',
        to: `return index.watch(headKey(alias)).pipe( ((project) => exhaustMap(project))( (cell) => shown(ground,
          reader, cell),`,
      },
      {
        from: 'concatMap, defer, map, of, switchMap, takeWhile, tap, timer, } from',
        to: 'concatMap, defer, exhaustMap, map, of, switchMap, takeWhile, tap, timer, } from',
      },
    ],
  },
  {
    name: 'an upload that goes on in a hive does not compare the slices that are there',
    hive: true,
    changes: [{ from: '? this.#slices.compare(number, bytes, alias)', to: '? EMPTY' }],
  },
  {
    name: 'an entry of a hive that runs out has no mark',
    hive: true,
    changes: [{ from: 'if (head.expiresAt === undefined) return steps$;', to: "if (alias !== '') return steps$;" }],
  },
  {
    name: 'a hive in ZooKeeper takes an entry that was made again for the one that it has read',
    hive: true,
    changes: [
      {
        from: 'this.#isCounting = !index.uniqueVersions && index.transact !== undefined;',
        to: 'this.#isCounting = false;',
      },
    ],
  },
  {
    name: 'put of a hive writes over an entry',
    hive: true,
    changes: [{ from: "if (kind === 'absent' && isThere)", to: "if (kind === 'absent' && isThere && alias === '')" }],
  },
  {
    name: 'a writer of a hive takes a record that another has changed for its own',
    hive: true,
    changes: [
      {
        from: 'now !== undefined && isSame(now.record, record) ? now : raiseGone(record.alias)',
        to: 'now ?? raiseGone(record.alias)',
      },
    ],
  },
  {
    name: 'modify of a hive writes over another content than the one that it was shown',
    hive: true,
    changes: [
      { from: ": { kind: 'version', version: found.version, deletions: found.deletions };", to: ": { kind: 'none' };" },
    ],
  },
  {
    name: 'a near cache of a hive does not look at the content that its watch shows',
    hive: true,
    changes: [
      {
        from: '!isSameContent(kept.found.head, head)) return this.#forget(alias, kept);',
        to: 'false) return undefined;',
      },
    ],
  },
  {
    name: 'a copy of a hive takes an entry of the same size for the same',
    hive: true,
    changes: [{ from: 'return a.sliced?.sha256 === b.sliced?.sha256;', to: 'return true;' }],
  },
  {
    name: 'a batch of a hive says of a lost request that it was refused',
    hive: true,
    changes: [{ from: "if (effect === 'unknown') return 'lost';", to: '' }],
  },
];
