import type { AlarmMember } from '../../../etcd/v3/protocol/maintenance.js';

/** An alarm of a member. */
export type RaisedAlarm = ReturnType<(typeof AlarmMember)['read']>;
type Kind = RaisedAlarm['alarm'];

/** The alarms of a cluster. */
export class Alarms {
  #all: readonly RaisedAlarm[] = [];

  /** Whether any member has this alarm. */
  has(alarm: Kind): boolean {
    return this.#all.some((one) => one.alarm === alarm);
  }

  /** Those of a kind; `none` means all. */
  get(alarm: Kind): readonly RaisedAlarm[] {
    return alarm === 'none' ? this.#all : this.#all.filter((one) => one.alarm === alarm);
  }

  /** Returns the alarm, also if it was raised before. */
  raise(raised: RaisedAlarm): readonly RaisedAlarm[] {
    if (!this.#all.some((one) => isSame(one, raised))) this.#all = [...this.#all, raised];
    return [raised];
  }

  /** Returns the alarm, if there was one. */
  clear(raised: RaisedAlarm): readonly RaisedAlarm[] {
    const gone = this.#all.filter((one) => isSame(one, raised));
    this.#all = this.#all.filter((one) => !isSame(one, raised));
    return gone;
  }
}

function isSame(a: RaisedAlarm, b: RaisedAlarm): boolean {
  return a.memberId === b.memberId && a.alarm === b.alarm;
}
