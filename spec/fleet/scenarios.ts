import { type ClientKind, Fleet, nodeAt } from './fleet.js';
import { SLICE } from './ensemble.js';
import type { Traffic } from './traffic.js';

/** What a fleet did after an event. Times are milliseconds after it. */
export interface Story {
  readonly title: string;
  readonly kind: ClientKind;
  /** When each client was whole again. */
  readonly whole: readonly number[];
  /** The traffic of each client. */
  readonly traffic: readonly Traffic[];
  /** Attempts to connect in each slice, of the member that had most in a slice. */
  readonly dials: readonly number[];
  /** Requests in each slice, of the member that had most in a slice. */
  readonly requests: readonly number[];
}

export interface Size {
  readonly clients: number;
  readonly watches: number;
  readonly seed: number;
}

const [MEMBERS, NODES] = [5, 1000];
const [OUTAGE, CHANGED] = [8000, 50];

/** All members stop for eight seconds, in which one node of twenty changes. */
export function restart(kind: ClientKind, size: Size): Story {
  return story('the whole ensemble is away for 8 s', kind, { ...size, members: MEMBERS, nodes: NODES }, (fleet) => {
    for (const member of fleet.ensemble.members) member.goDown();
    fleet.clock.advance(OUTAGE);
    for (let i = 0; i < CHANGED; i++) fleet.write(nodeAt(i * (NODES / CHANGED)), 'second');
    for (const member of fleet.ensemble.members) member.comeUp();
    return fleet.becomeWhole();
  });
}

/** One member of five stops for good. */
export function oneMemberDies(kind: ClientKind, size: Size): Story {
  return story('one member of five dies', kind, { ...size, members: MEMBERS, nodes: NODES }, (fleet) => {
    fleet.ensemble.members[0]!.goDown();
    fleet.clock.advance(1); // the clients hear of it
    return fleet.becomeWhole();
  });
}

/** Every client watches one node, and that changes. */
export function commonChange(kind: ClientKind, size: Size): Story {
  return story('a node changes that all watch', kind, { ...size, watches: 1, members: MEMBERS, nodes: 1 }, (fleet) => {
    fleet.write(nodeAt(0), 'second');
    return fleet.becomeWhole(nodeAt(0), 'second');
  });
}

type Bounds = Size & { readonly members: number; readonly nodes: number };

function story(title: string, kind: ClientKind, bounds: Bounds, event: (fleet: Fleet) => readonly number[]): Story {
  const fleet = new Fleet({ kind, ...bounds });
  const before = fleet.traffic();
  const began = fleet.clock.now();
  const whole = event(fleet);
  const traffic = fleet.traffic().map((all, i) => all.since(before[i]!));
  const ended = fleet.clock.now() + SLICE;
  const busiest = (of: 'dials' | 'requests') =>
    fleet.ensemble.members
      .map((member) => member[of].between(began, ended))
      .reduce((a, b) => (Math.max(...b) > Math.max(...a) ? b : a));
  const told = { title, kind, whole, traffic, dials: busiest('dials'), requests: busiest('requests') };
  fleet.close();
  return told;
}
