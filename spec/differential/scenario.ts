import { SUPER_PASSWORD } from '../helpers/zookeeperConfig.js';
import type { Opening, Side, Step } from './lockstep.js';
import { SLOTS } from './lockstep.js';
import { Operations } from './operations.js';
import { Random } from '../helpers/random.js';
import { type Asked, OPEN_ACL, Op, auth, bare, ofPath, read, remove, setAcl } from './requests.js';

/** What happens next, at random; `side` tells who is connected. */
export function nextStep(random: Random, side: Side): Step {
  const slot = random.below(SLOTS);
  if (!side.isOpen(slot))
    return opening(
      random,
      slot,
      random.chance(0.9)
        ? side.hasSession(slot)
          ? 'again'
          : 'new'
        : random.of<Opening>(['with an unknown id', 'from the future', 'again'])
    );
  return random.weighted<Step>([
    [
      60,
      () =>
        sending(random, slot, (make, zxid) =>
          Array.from({ length: make.random.of([1, 1, 1, 2, 3, 6]) }, () =>
            make.random.chance(0.55) ? make.write() : make.read(zxid)
          )
        ),
    ],
    // alone: the real one decides what is pipelined behind it by the old ACL, or by the new
    [6, () => sending(random, slot, (make) => [setAcl(make.path(), make.acl(), make.version())])],
    [3, () => sending(random, slot, (make, zxid) => [make.malformed(zxid)])],
    [1, () => sending(random, slot, (make) => [make.stumbling()])],
    [3, () => sending(random, slot, (make) => [make.login()])],
    [1, () => sending(random, slot, () => [{ ...ofPath(Op.sasl, 'token'), text: 'sasl' }])],
    [1.5, () => sending(random, slot, (make) => [make.last()], true)],
    [1, () => ({ kind: 'drop', slot })],
    [
      2,
      () =>
        opening(
          random,
          slot,
          random.of<Opening>(['again', 'with a wrong password', 'with an unknown id', 'from the future'])
        ),
    ],
  ]);
}

function opening(random: Random, slot: number, how: Opening): Step {
  return {
    kind: 'open',
    slot,
    how,
    hello: {
      timeout: random.of([20_000, 40_000, 999_999]),
      ...(random.chance(0.2) ? { readOnly: undefined } : { readOnly: random.chance(0.2) }),
    },
  };
}

function sending(
  random: Random,
  slot: number,
  ask: (make: Operations, zxid: bigint) => readonly Asked[],
  ends = false
): Step {
  const seed = random.below(2 ** 32); // so that it can be asked again, and say the same
  return { kind: 'send', slot, ends, ask: (zxid) => ask(new Operations(new Random(seed)), zxid) };
}

/** Ends all sessions and leaves an empty tree, step by step, so that another scenario can follow. */
export function* cleaning(side: Side, children: (path: string) => readonly string[]): Generator<Step> {
  const one = (...asked: Asked[]): Step => ({ kind: 'send', slot: 0, ask: () => asked });
  for (let slot = 0; slot < SLOTS; slot++) {
    if (!side.hasSession(slot)) continue;
    if (!side.isOpen(slot)) yield { kind: 'open', slot, how: 'again' };
    yield { kind: 'send', slot, ends: true, ask: () => [bare(Op.closeSession)] };
  }
  yield { kind: 'open', slot: 0, how: 'new' };
  yield one(auth('digest', `super:${SUPER_PASSWORD}`));
  for (const path of ['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config']) yield one(setAcl(path, OPEN_ACL));
  const all = (path: string): string[] => [
    ...children(path).flatMap((name) => all(`${path === '/' ? '' : path}/${name}`)),
    path,
  ];
  for (const path of all('/'))
    if (!['/', '/zookeeper', '/zookeeper/quota', '/zookeeper/config'].includes(path)) yield one(remove(path));
  yield one(read(Op.getChildren2, '/'), read(Op.getData, '/zookeeper'), ofPath(Op.getAcl, '/'));
  yield { kind: 'send', slot: 0, ends: true, ask: () => [bare(Op.closeSession)] };
}
