import { describe, expect, it } from '@jest/globals';
import { succession } from './elections.js';
import { plot } from './plot.js';
import { type Story, commonChange, oneMemberDies, restart } from './scenarios.js';

const SIZE = { clients: 60, watches: 5, seed: 1 };

const most = (numbers: readonly number[]) => Math.max(...numbers);
const dialsOf = ({ traffic }: Story) => traffic.map(({ dials }) => dials);

describe('a fleet whose ensemble is away for eight seconds', () => {
  const [apache, ours, set] = (['Apache', 'quorum-rx', 'quorum-rx, set for fleets'] as const).map((kind) =>
    restart(kind, SIZE)
  ) as [Story, Story, Story];

  it('is whole again a second after the ensemble, before a fleet of Apache clients is', () => {
    expect(most(ours.whole)).toBeLessThanOrEqual(1100);
    expect(most(ours.whole)).toBeLessThan(most(apache.whole));
  });

  it('knocks at no server in a rhythm: the attempts after the first second are spread', () => {
    const later = ours.dials.slice(10, 80); // one member, 100 ms each
    expect(most(later)).toBeLessThanOrEqual((4 * later.reduce((sum, count) => sum + count, 0)) / later.length);
  });

  it('makes no more attempts than a fleet of Apache clients, where the options are those for fleets', () => {
    expect(most(dialsOf(set))).toBeLessThanOrEqual(most(dialsOf(apache)) + 1);
    expect(most(set.dials)).toBeLessThan(SIZE.clients / 3);
  });

  it('asks for no more than has changed: a greeting, its watches, and the nodes that are new', () => {
    for (const { requests } of ours.traffic) expect(requests).toBeLessThanOrEqual(3 + SIZE.watches);
  });
});

describe('a fleet of which one server in five dies', () => {
  it('moves at once, and only the clients of that server do', () => {
    const story = oneMemberDies('quorum-rx', SIZE);
    expect(most(story.whole)).toBeLessThanOrEqual(50);
    const moved = dialsOf(story).filter((dials) => dials > 0).length;
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(SIZE.clients / 2);
  });

  it('moves within the spread that is asked for', () => {
    const story = oneMemberDies('quorum-rx, set for fleets', SIZE);
    expect(most(story.whole)).toBeLessThanOrEqual(1100);
    expect(most(story.dials)).toBeLessThanOrEqual(4);
  });
});

describe('a change that the whole fleet watches', () => {
  it('costs each client one read', () => {
    for (const { dials, requests } of commonChange('quorum-rx', SIZE).traffic)
      expect([dials, requests]).toEqual([0, 1]);
  });
});

describe('a leadership with many candidates', () => {
  it.each(['closes', 'dies'] as const)('wakes one of them when the leader %s', (end) => {
    expect(succession(40, end, 1)).toMatchObject({ woken: 1, leaders: 1 });
  });
});

describe('a plot', () => {
  it('draws each series within its frame, and names it', () => {
    const points = [
      [0, 0],
      [10, 4],
    ] as const;
    const svg = plot({ title: 'A title', x: 's', y: 'n', series: [{ name: 'one', points }] });
    expect(svg).toContain('aria-label="A title"');
    expect(svg).toContain('>one</text>');
    expect(svg).toContain('points="64.0,256.0 704.0,64.0"');
  });
});
