import { beforeEach, describe, expect, it } from '@jest/globals';
import { take } from 'rxjs';
import type { FaultStep } from '../../../lib/testing/proxy/faultStep.js';
import type { Faults } from '../../../lib/testing/proxy/faults.js';
import { playScript } from '../../../lib/testing/proxy/playScript.js';
import { ProxyRules } from '../../../lib/testing/proxy/proxyRules.js';
import { VirtualTime } from '../../helpers/virtualTime.js';

describe('a script', () => {
  let time: VirtualTime;
  let log: unknown[];
  let accepted: (() => void) | undefined;
  let rules: Record<'toClient' | 'toServer', ProxyRules>;

  beforeEach(() => {
    time = new VirtualTime();
    log = [];
    accepted = undefined;
    rules = { toClient: new ProxyRules(), toServer: new ProxyRules() };
  });

  it('performs its steps, each so long after the one before it, and tells of each', () => {
    watch(
      play([
        { after: 500, cut: true },
        { after: 2000, stall: 'toServer' },
        { after: 4000, flow: true },
      ])
    );
    time.advance(499);
    expect(log).toEqual([]);
    time.advance(10_000);
    expect(log).toEqual([
      ['cut', 500],
      ['step', 500, { after: 500, cut: true }],
      ['stall', 2500, 'toServer', undefined],
      ['step', 2500, { after: 2000, stall: 'toServer' }],
      ['flow', 6500, 'both'],
      ['step', 6500, { after: 4000, flow: true }],
      ['complete', 6500],
    ]);
  });

  it('waits for bytes, counted from the step before it', () => {
    watch(
      play([
        { after: 5, close: true },
        { afterBytes: 10, direction: 'toServer', cut: true },
        { afterBytes: 1, dropConnections: true },
      ])
    );
    rules.toServer.bytes = 100;
    time.advance(5);
    went('toServer', 9);
    went('toClient', 50);
    expect(names()).toEqual(['close', 'step']);
    went('toServer', 1);
    expect(names()).toEqual(['close', 'step', 'cut', 'step']);
    went('toClient', 1);
    expect(names()).toEqual(['close', 'step', 'cut', 'step', 'dropConnections', 'step', 'complete']);
  });

  it('waits for a time and then for bytes', () => {
    watch(play([{ after: 5, afterBytes: 1, cut: true }]));
    went('toClient', 9);
    time.advance(5);
    expect(log).toEqual([]);
    went('toClient', 1);
    expect(names()).toEqual(['cut', 'step', 'complete']);
  });

  it('does all that a step says, in an order that makes sense', () => {
    watch(
      play([
        { cut: true, refuse: true },
        { stall: true, how: 'drop', delay: 5, jitter: 2, split: 1, bandwidth: 9, heal: true },
      ])
    );
    accepted!();
    expect(log.filter((it) => (it as unknown[])[0] !== 'step')).toEqual([
      ['refuse', 0],
      ['cut', 0],
      ['heal', 0],
      ['delay', 0, 5, 2],
      ['split', 0, 1],
      ['bandwidth', 0, 9],
      ['stall', 0, 'both', 'drop'],
    ]);
  });

  it('goes on when connections are accepted again, and not before', async () => {
    const steps: FaultStep[] = [
      { after: 1, accept: true },
      { after: 1, cut: true },
    ];
    watch(play(steps));
    time.advance(100);
    expect(names()).toEqual(['accept']);
    accepted!();
    await new Promise(setImmediate);
    time.advance(1);
    expect(names()).toEqual(['accept', 'step', 'cut', 'step', 'complete']);
  });

  it('stops when nobody listens, whatever it waits for', () => {
    const playing = watch(play([{ after: 5, cut: true }]));
    time.advance(4);
    playing.unsubscribe();
    watch(play([{ afterBytes: 5, cut: true }])).unsubscribe();
    time.advance(100);
    went('toClient', 100);
    expect(log).toEqual([]);
    expect(rules.toClient.allowance).toBe(Infinity);
  });

  it('performs nothing more once its listener has had enough', () => {
    watch(play([{ cut: true }, { refuse: true }]).pipe(take(1)));
    expect(names()).toEqual(['cut', 'step', 'complete']);
  });

  it('begins anew for each who listens', () => {
    const played$ = play([{ after: 5, cut: true }]);
    watch(played$);
    time.advance(3);
    watch(played$);
    time.advance(5);
    expect(log.filter((it) => (it as unknown[])[0] === 'cut')).toEqual([
      ['cut', 5],
      ['cut', 8],
    ]);
  });

  it('may have no end, and is read only as far as it is played, and then closed', () => {
    let read = 0;
    let closed = false;
    const endless = function* (): Generator<FaultStep> {
      try {
        for (;;) yield { after: ++read, cut: true };
      } finally {
        closed = true;
      }
    };
    const playing = watch(play(endless()));
    time.advance(6);
    expect([read, closed, names().length]).toEqual([4, false, 6]);
    playing.unsubscribe();
    expect(closed).toBe(true);
  });

  it('fails before anything happens when a step of an array is wrong, else when it comes to it', () => {
    const steps = [{ cut: true }, { after: 1 }] as const;
    watch(play(steps));
    expect(log).toEqual([['error', 'script[1]']]);
    log = [];
    watch(play(new Set<FaultStep>(steps)));
    expect(names()).toEqual(['cut', 'step', 'error']);
  });

  it('fails when its faults do', async () => {
    const script: FaultStep[] = [{ accept: true }, { cut: true }];
    watch(play(script, { accept: () => Promise.reject(Object.assign(new Error('taken'), { argument: 'none' })) }));
    await new Promise(setImmediate);
    expect(log).toEqual([['error', 'none']]);
  });

  const names = () => log.map((it) => (it as unknown[])[0]);

  function play(script: Iterable<FaultStep>, own: Partial<Faults> = {}) {
    const note =
      (name: string) =>
      (...args: unknown[]) =>
        void log.push([name, time.now(), ...args]);
    const accepting = (name: string) => () => {
      note(name)();
      return new Promise<void>((done) => (accepted = done));
    };
    const faults: Faults = {
      ...{
        cut: note('cut'),
        close: note('close'),
        dropConnections: note('dropConnections'),
        stall: note('stall'),
        flow: note('flow'),
      },
      ...{ delay: note('delay'), split: note('split'), bandwidth: note('bandwidth'), refuse: note('refuse') },
      ...{ accept: accepting('accept'), heal: accepting('heal') },
      ...own,
    };
    return playScript(script, { faults, rules, scheduler: time });
  }

  function watch(played$: ReturnType<typeof play>) {
    return played$.subscribe({
      next: (step) => log.push(['step', time.now(), step]),
      error: (error: { argument: string }) => log.push(['error', error.argument]),
      complete: () => log.push(['complete', time.now()]),
    });
  }

  function went(direction: 'toClient' | 'toServer', bytes: number): void {
    rules[direction].bytes += bytes;
    rules[direction].reach(false);
  }
});
