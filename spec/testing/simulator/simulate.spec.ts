import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { merge, of, repeat, switchMap, timer } from 'rxjs';
import { connect as connectEtcd } from '../../../lib/etcd/index.js';
import { connect } from '../../../lib/index.js';
import { type Actor, ETCD_FAULTS, type Fact, type Law, simulate } from '../../../lib/testing/index.js';
import { DEFAULT_KINDS, drawPlan } from '../../../lib/testing/simulator/plan.js';
import { runPlan } from '../../../lib/testing/simulator/runPlan.js';
import { ACTORS, LAWS } from '../../simulator/cast.js';
import { ETCD_LAWS, etcdCircumstances } from '../../simulator/etcdCast.js';

const made: Fact<{ count: number }> = { initial: () => ({ count: 0 }) };
const maker: Actor = {
  name: 'maker',
  start: (stage) =>
    stage.every(500, () =>
      stage.follow(stage.zk.create('/n-', null, { mode: 'persistentSequential' }), {
        next: () => void stage.get(made).count++,
      })
    ),
};
const idle: Actor = { name: 'idle', start: (stage) => void stage.follow(stage.zk.state$) };
/** The failure of a law that always fails once anything was made. */
const FEW: Law = {
  name: 'few are made',
  during: (world) => (world.get(made).count > 3 ? `${world.get(made).count} were made` : undefined),
};

const PLAIN = { world: { server: {}, etcd: {}, numbers: {} }, clients: { zk: {}, etcd: {} } };

describe('simulate', () => {
  it('finds nothing where laws hold, and says what was done', () => {
    const report = simulate(
      [maker],
      [{ name: 'some are made', after: (world) => (world.get(made).count === 0 ? 'none was' : undefined) }],
      { runs: 5, seed: 7, faults: ['cut'] }
    );
    expect(report).toMatchObject({ runs: 5, failure: undefined });
    expect(report.operations.get('create2')).toBeGreaterThan(50);
    expect(report.faults.get('cut')).toBeGreaterThan(0);
  });

  it('runs the same run for the same seed, to the event', () => {
    for (const seed of [3, 11, 42]) {
      const plan = drawPlan(seed, {
        actors: ACTORS.length,
        kinds: DEFAULT_KINDS,
        versions: ['3.8.0'],
        processes: 3,
        duration: 10_000,
      });
      const traces: string[][] = [[], []];
      for (const trace of traces) runPlan(plan, { actors: ACTORS, laws: LAWS, ...PLAIN }, trace);
      expect(traces[1]).toEqual(traces[0]);
      expect(traces[0]!.length).toBeGreaterThan(20);
    }
  });

  it('ends with the first law that is broken, without the faults and actors that are not needed for it', () => {
    const { failure, runs } = simulate([idle, maker], [FEW], { runs: 50 });
    expect(runs).toBeLessThan(50);
    expect(failure).toMatchObject({ law: 'few are made', message: '4 were made' });
    expect(failure!.plan.faults).toEqual([]);
    expect(failure!.plan.placements.map(({ actor }) => actor)).toEqual([1]);
    expect(String(failure)).toMatch(/^seed \d+: the law "few are made" is broken after \d+ ms: 4 were made\n/);
    expect(failure!.trace.filter((line) => line.includes('→ create2 /n-')).length).toBeGreaterThanOrEqual(4);
  });

  it('names the requests that a fault has refused', () => {
    const unsaid: Fact<{ readonly errors: string[] }> = { initial: () => ({ errors: [] }) };
    const reader: Actor = {
      name: 'reader',
      start: (stage) =>
        stage.every(100, () =>
          stage.follow(stage.zk.getAcl('/'), {
            error: ({ layer, code }: { layer: string; code: string }) =>
              void (layer === 'server' && stage.get(unsaid).errors.push(code)),
          })
        ),
    };
    let seen = 0;
    const told: Law = {
      name: 'who is refused is told',
      after: (world) => {
        const { errors } = world.get(unsaid);
        seen += errors.length;
        const named = world.refusals.filter(({ operation, path }) => operation === 'getAcl' && path === '/').length;
        return errors.length > named ? `${errors.join(' ')}, of ${named} that are named` : undefined;
      },
    };
    expect(simulate([reader], [told], { runs: 10, faults: ['error'] }).failure).toBeUndefined();
    expect(seen).toBeGreaterThan(3);
  });

  it('starts no actor in a process that has ended in the meantime', () => {
    let starts = 0;
    const hasty: Actor = { name: 'hasty', start: (stage) => void stage.follow(of(1)) };
    const next: Actor = {
      name: 'next',
      start: (stage) => {
        starts++;
        if (!stage.process.alive) stage.violated('a dead process starts nobody', stage.process.name);
        let open = true;
        stage.follow(of(1)).add(() => (open = false));
        if (open) stage.violated('what is followed ends', stage.process.name);
      },
    };
    expect(simulate([hasty, next], [], { runs: 100, faults: ['ambush', 'end'] }).failure).toBeUndefined();
    expect(starts).toBeGreaterThan(200);
  });

  it('leaves to an actor whose process has ended meanwhile the clients that were closed with it', () => {
    const kinds: string[] = [];
    const busy = (used: boolean): Actor => ({
      name: used ? 'one that has used its client' : 'one that has not',
      start: (stage) =>
        stage.every(1000, () => {
          if (used) stage.follow(stage.zk.exists('/'));
          stage.follow(of(1));
          if (stage.process.alive) return;
          stage.zk.state$.subscribe(({ kind }) => kinds.push(kind)).unsubscribe();
          stage.arakoon.get('key').subscribe({ error: ({ code }: { code: string }) => kinds.push(code) });
        }),
    });
    for (const used of [true, false])
      expect(simulate([busy(used)], [], { runs: 30, faults: ['ambush', 'end'] }).failure).toBeUndefined();
    expect(kinds.length).toBeGreaterThan(10);
    expect(new Set(kinds)).toEqual(new Set(['closed', 'CLOSED']));
  });

  it('leaves a run that breaks a law as it was, where it is not to be shortened', () => {
    const { failure } = simulate([idle, maker], [FEW], { runs: 50, shortened: false });
    const bounds = { actors: 2, kinds: DEFAULT_KINDS, versions: ['3.8.0'], processes: 3, duration: 20_000 };
    expect(failure!.plan).toEqual(drawPlan(failure!.seed, bounds));
  });

  it('begins with nodes that have numbered children', () => {
    const paths: string[] = [];
    const numbering: Actor = {
      name: 'numbering',
      start: (stage) =>
        stage.every(500, () =>
          stage.follow(stage.zk.create('/a/b/n-', null, { mode: 'persistentSequential' }), {
            next: ({ path }) => void paths.push(path),
          })
        ),
    };
    simulate([numbering], [], { runs: 1, faults: [], processes: 1, numbers: { '/a/b': 2 ** 31 - 2 } });
    expect(paths.slice(0, 2)).toEqual(['/a/b/n-2147483646', '/a/b/n-2147483647']);
  });

  it('ends links at their first requests, also several in a row, with the fault of that kind', () => {
    const { meetings } = simulate([maker], [], { runs: 20, faults: ['relapse'] });
    expect([...meetings.keys()]).toEqual(expect.arrayContaining(['relapse create2']));
  });

  it('takes an error that nobody handles for a broken law', () => {
    const careless: Actor = { name: 'careless', start: (stage) => void stage.zk.get('/missing').subscribe() };
    expect(simulate([careless], [], { runs: 1, faults: [] }).failure).toMatchObject({
      law: 'no error is left unhandled',
      message: expect.stringContaining('NO_NODE') as unknown,
    });
  });

  it('takes a loop in which no time passes for a broken law', () => {
    const spinning: Actor = {
      name: 'spinning',
      start: (stage) => void stage.follow(timer(0, stage.scheduler).pipe(repeat())),
    };
    expect(simulate([spinning], [], { runs: 1, faults: [] }).failure).toMatchObject({
      law: 'no loop without time passing',
    });
  });

  it('takes a session that is left behind for a broken law', () => {
    const hoarder: Actor = {
      name: 'hoarder',
      start: ({ world }) =>
        void connect('zk1', { transport: world.server.transport(), scheduler: world.clock }).subscribe(),
    };
    expect(simulate([hoarder], [], { runs: 1, faults: [] }).failure).toMatchObject({
      law: 'a closed client leaves no session',
    });
  });

  it('runs users of etcd too, with members that fail, and looks for what they leave there', () => {
    const writer: Actor = {
      name: 'writer',
      start: (stage) =>
        stage.every(200, () =>
          stage.follow(stage.etcd.put('/n', Buffer.alloc(0)), { next: () => void stage.get(made).count++ })
        ),
    };
    const some: Law = {
      name: 'some are made',
      after: (world) => (world.get(made).count === 0 || world.etcd.entries().size === 0 ? 'none was' : undefined),
    };
    const report = simulate([writer], [some], {
      runs: 5,
      faults: ETCD_FAULTS,
      etcdServer: { members: ['a', 'b', 'c'] },
    });
    expect(report.failure).toBeUndefined();
    expect(report.operations.get('put')).toBeGreaterThan(50);
    const hoarder: Actor = {
      name: 'hoarder',
      start: ({ world }) =>
        void connectEtcd(world.etcd.endpoints, {
          transport: world.etcd.transport(),
          scheduler: world.clock,
          random: world.random,
        })
          .pipe(switchMap((etcd) => merge(etcd.watch('/n'), etcd.leases.hold(5000))))
          .subscribe(),
    };
    const laws = [1, 2, 3, 4].map((seed) => simulate([hoarder], [], { runs: 1, seed, faults: [] }).failure?.law);
    expect(new Set(laws)).toEqual(
      new Set(['what is unsubscribed leaves no watcher', 'a closed client leaves no link'])
    );
  });

  it('runs the same run with etcd for the same seed, to the event', () => {
    for (const seed of [1, 5, 8]) {
      const { actors, etcdServer = {}, etcdClient = {}, faults: kinds = [] } = etcdCircumstances(seed);
      const plan = drawPlan(seed, {
        ...{ actors: actors.length, kinds, versions: ['3.8.0'], processes: 3, duration: 10_000 },
      });
      const cast = {
        ...{ actors, laws: ETCD_LAWS },
        world: { ...PLAIN.world, etcd: etcdServer },
        clients: { ...PLAIN.clients, etcd: etcdClient },
      };
      const traces: string[][] = [[], []];
      for (const trace of traces) runPlan(plan, cast, trace);
      expect(traces[1]).toEqual(traces[0]);
      expect(traces[0]!.length).toBeGreaterThan(20);
    }
  });

  it('gives back what it takes over', () => {
    const { random } = Math;
    const { now } = Date;
    const uuids: string[] = [];
    const taker: Actor = { name: 'taker', start: () => void uuids.push(randomUUID()) };
    for (let i = 0; i < 2; i++) simulate([taker], [], { runs: 1, faults: [], processes: 1 });
    expect(uuids[1]).toBe(uuids[0]);
    expect(randomUUID()).not.toBe(randomUUID());
    expect([Math.random, Date.now]).toEqual([random, now]);
  });

  it('refuses an option that it does not know, and a number that is none', () => {
    expect(() => simulate([idle], [], { run: 3 } as never)).toThrow('options.run');
    expect(() => simulate([idle], [], { runs: 0 })).toThrow('options.runs');
    expect(() => simulate([idle], [], { faults: ['cutt' as never] })).toThrow('options.faults[0]');
    expect(() => simulate([], [])).toThrow('actors');
    expect(() => simulate([idle], [], { numbers: { a: 1 } })).toThrow('options.numbers');
    expect(() => simulate([idle], [], { numbers: { '/a': 2 ** 31 } })).toThrow("options.numbers['/a']");
    expect(() => simulate([idle], [], { shortened: 1 as never })).toThrow('options.shortened');
  });
});
