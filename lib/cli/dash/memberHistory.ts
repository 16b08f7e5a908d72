import type { MembersSample } from './dashStore.js';
import type { MembersState, Plot } from './types.js';

/** So many samples are kept: ten minutes. */
const KEPT = 300;

interface Taken {
  readonly time: number;
  readonly sample: MembersSample;
}

/** The samples of a store's servers, and the plots of them. A history never changes: a sample makes a new one. */
export class MemberHistory {
  readonly #plots: Readonly<Record<string, string>>;
  readonly #taken: readonly Taken[];

  /** @param plots the titles of the plots, and their units */
  constructor(plots: Readonly<Record<string, string>>, taken: readonly Taken[] = []) {
    this.#plots = plots;
    this.#taken = taken;
  }

  /** @param time when it was taken, in milliseconds */
  with(sample: MembersSample, time: number): MemberHistory {
    return new MemberHistory(this.#plots, [...this.#taken.slice(1 - KEPT), { time, sample }]);
  }

  get state(): MembersState {
    const { members = [], alarms = [] } = this.#taken.at(-1)?.sample ?? {};
    const servers = [...new Set(this.#taken.flatMap(({ sample }) => sample.members.map(({ server }) => server)))];
    return {
      members: members.map(({ server, role, facts, problem }) => ({
        server,
        role,
        facts,
        ...(problem !== undefined && { problem }),
      })),
      alarms,
      times: this.#taken.map(({ time }) => time),
      plots: Object.entries(this.#plots).map(([title, unit]): Plot => ({
        title,
        unit,
        lines: servers.map((server) => ({ server, figures: this.#figures(server, title) })),
      })),
    };
  }

  #figures(server: string, title: string): readonly (number | null)[] {
    let last: { readonly time: number; readonly count: number } | undefined;
    return this.#taken.map(({ time, sample }) => {
      const member = sample.members.find((it) => it.server === server);
      const count = member?.counters[title];
      if (count === undefined) {
        last = undefined; // a server that was away counts from another number
        return member?.gauges[title] ?? null;
      }
      const growth = last === undefined ? -1 : ((count - last.count) * 1000) / Math.max(1, time - last.time);
      last = { time, count };
      return growth < 0 ? null : Math.round(growth * 10) / 10; // it has begun again
    });
  }
}
