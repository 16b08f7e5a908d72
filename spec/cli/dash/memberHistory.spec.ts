import { expect, it } from '@jest/globals';
import { MemberHistory } from '../../../lib/cli/dash/memberHistory.js';

const sample = (requests: number | undefined, latency = 1) => ({
  alarms: [],
  members: [
    {
      server: 'a',
      role: 'leader',
      facts: {},
      gauges: { Latency: latency },
      counters: requests === undefined ? {} : { Requests: requests },
    },
  ],
});
const figures = (history: MemberHistory, title: string) =>
  history.state.plots.find((plot) => plot.title === title)!.lines[0]!.figures;

it('the growth of counters is plotted by the second, and other figures as they are', () => {
  let history = new MemberHistory({ Requests: 'per second', Latency: 'ms' });
  history = history.with(sample(100), 0).with(sample(120, 2), 2000).with(sample(150, 3), 4000);
  expect(figures(history, 'Requests')).toEqual([null, 10, 15]);
  expect(figures(history, 'Latency')).toEqual([1, 2, 3]);
  expect(history.state).toMatchObject({ times: [0, 2000, 4000], members: [{ server: 'a', role: 'leader' }] });
});

it('a server that was away or has begun again makes a gap in the plot, and no false figure', () => {
  let history = new MemberHistory({ Requests: 'per second' });
  history = history.with(sample(100), 0).with(sample(5), 2000).with(sample(undefined), 4000).with(sample(9), 6000);
  expect(figures(history.with(sample(11), 8000), 'Requests')).toEqual([null, null, null, null, 1]);
});

it('the plots have the newest 300 samples', () => {
  let history = new MemberHistory({ Latency: 'ms' });
  for (let i = 0; i < 400; i++) history = history.with(sample(i, i), i * 2000);
  expect(history.state.times).toHaveLength(300);
  expect(figures(history, 'Latency').at(-1)).toBe(399);
});
