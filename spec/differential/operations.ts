import { createHash } from 'node:crypto';
import { SUPER_PASSWORD } from '../helpers/zookeeperConfig.js';
import { type Random } from '../helpers/random.js';
import {
  type AclEntry,
  type Asked,
  OPEN_ACL,
  Op,
  auth,
  bare,
  check,
  create,
  multi,
  ofPath,
  ofWatch,
  read,
  reconfig,
  remove,
  setAcl,
  setData,
  setWatches,
} from './requests.js';

const TREE = ['/a', '/b', '/a/x', '/a/y', '/b/z', '/a/x/1', '/a/x/2', '/b/z/3'];
const OWN = [
  '/',
  '/zookeeper',
  '/zookeeper/quota',
  '/zookeeper/config',
  '/zookeeper/q',
  '/a/s0000000001',
  '/a/x/s0000000000',
  '/zookeeper/quota/a',
];
const BAD = [
  '',
  'x',
  'x/y',
  '/a/',
  '//x',
  '/a//x',
  '/a/./b',
  '/a/../b',
  '/.',
  '/a/\u{1f600}',
  '/a/\u0001',
  '/a/\u0000',
  '/\ufff1',
  '/ü',
  '/a/\ud7ff',
];
const QUOTA = ['/zookeeper/quota/a/zookeeper_limits', '/zookeeper/quota/a/zookeeper_stats'];

const entry = (perms: number, scheme: string, id: string): AclEntry => ({ perms, scheme, id });
const digest = (user: string, password: string) =>
  `${user}:${createHash('sha1').update(`${user}:${password}`).digest('base64')}`;
const ACLS: readonly (readonly AclEntry[] | null)[] = [
  [entry(31, 'auth', '')],
  [entry(31, 'auth', ''), entry(31, 'auth', 'x')],
  [entry(1, 'world', 'anyone')],
  [entry(15, 'world', 'anyone')],
  [entry(0, 'world', 'anyone')],
  [entry(30, 'world', 'anyone')],
  [entry(31, 'digest', digest('u1', 'p1'))],
  [entry(31, 'digest', digest('u1', 'p1')), entry(5, 'world', 'anyone')],
  [entry(31, 'ip', '127.0.0.1')],
  [entry(31, 'ip', '127.0.0.0/8'), entry(1, 'world', 'anyone')],
  [entry(31, 'ip', '10.0.0.0/8')],
  [entry(31, 'ip', '127.1.2.3/0')],
  [...OPEN_ACL, ...OPEN_ACL, entry(1, 'ip', '127.0.0.1')],
  [],
  null,
  [entry(31, 'foo', 'x')],
  [entry(31, 'digest', 'bad')],
  [entry(31, 'digest', 'a:b:c')],
  [entry(31, 'digest', 'a:')],
  [entry(31, 'digest', ':b')],
  [entry(31, 'digest', 'a:b:')],
  [entry(31, 'ip', 'x')],
  [entry(31, 'ip', '1.2.3.4/33')],
  [entry(31, 'ip', '::1')],
  [entry(31, 'world', 'nobody')],
  [entry(31, 'super', '')],
  [entry(31, 'sasl', 'bob')],
  [entry(31, 'x509', 'CN=x')],
  [entry(31, '', '')],
  [...OPEN_ACL, entry(31, 'foo', 'x')],
  [entry(-1, 'world', 'anyone')],
];

/** Requests at random, mostly sensible, from a seed. */
export class Operations {
  readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  path(): string {
    const { random } = this;
    return random.chance(0.78)
      ? random.of(TREE)
      : random.chance(0.6)
        ? random.of(OWN)
        : random.chance(0.4)
          ? random.of(QUOTA)
          : random.of(BAD);
  }

  version(): number {
    return this.random.chance(0.6) ? -1 : this.random.below(3);
  }

  acl(): readonly AclEntry[] | null {
    return this.random.chance(0.8) ? OPEN_ACL : this.random.of(ACLS);
  }

  /** Quota nodes get what quotas are: a real server dies of anything else. */
  data(path: string): string | null {
    const { random } = this;
    if (QUOTA.includes(path))
      return random.of([
        'count=3,bytes=40',
        'count=-1,bytes=-1=;byteHardLimit=40;countHardLimit=3',
        '',
        'count=0,bytes=0',
      ]);
    return random.of([null, '', 'a', 'bc', 'x'.repeat(100)]);
  }

  create(
    opcode = this.random.of([Op.create, Op.create, Op.create2, Op.create2, Op.createContainer, Op.createTtl])
  ): Asked {
    const { random } = this;
    const plain =
      { [Op.createContainer]: 4, [Op.createTtl]: random.of([5, 6]) }[opcode as number] ??
      random.of([0, 0, 0, 0, 1, 1, 2, 3]);
    // a container that says it is ephemeral is taken for one by what is pipelined behind it, or not
    const odd = opcode === Op.create || opcode === Op.create2 ? [1, 3] : [];
    const flags = random.chance(0.93) ? plain : random.of([0, 2, 4, 5, 6, 7, -1, 99, ...odd]);
    const base = this.path();
    const path =
      [2, 3, 6].includes(flags) && random.chance(0.9) ? random.of(['/a/s', '/a/', '/a/x/s', '/b/', '/s', base]) : base;
    const ttl =
      random.chance(0.8) || ![5, 6].includes(flags) ? 1_000_000n : random.of([0n, -1n, 1n << 40n, (1n << 40n) - 1n]);
    return create(opcode, { path, data: this.data(path), acl: this.acl(), flags, ttl });
  }

  /**
   * A create that may stand in a multi: no TTL without a number, for a real server stumbles over that, and then forgets
   * to undo the rest.
   */
  createMember(): Asked {
    for (;;) {
      const made = this.create();
      if (made.opcode === Op.createTtl || !/ flags=[56] /.test(made.text)) return made;
    }
  }

  /** That same multi, which is sent alone. */
  stumbling(): Asked {
    return multi(Op.multi, [
      this.member(),
      create(this.random.of([Op.create, Op.create2, Op.createContainer]), {
        path: this.path(),
        flags: this.random.of([5, 6]),
      }),
      this.member(),
    ]);
  }

  /** Something that may stand in a multi. */
  member(): Asked {
    const { random } = this;
    const path = this.path();
    return random.weighted<Asked>([
      [6, () => this.createMember()],
      [4, () => remove(path, this.version())],
      [5, () => setData(path, this.data(path), this.version())],
      [3, () => check(path, this.version())],
    ]);
  }

  multi(): Asked {
    const { random } = this;
    const members = Array.from({ length: random.below(5) }, () => this.member());
    if (random.chance(0.25)) {
      const path = random.of(TREE);
      members.push(
        ...random.of([
          [remove(path), create(Op.create, { path })],
          [setData(path, '1'), setData(path, '2')],
          [create(Op.create2, { path }), setData(path, 'n'), remove(path)],
        ])
      );
    }
    if (random.chance(0.06))
      members.push(
        random.of([
          read(Op.getData, '/a'),
          ofPath(Op.getAcl, '/a'),
          setAcl('/a', OPEN_ACL),
          bare(99),
          multi(Op.multi, []),
        ])
      );
    return multi(Op.multi, members);
  }

  multiRead(): Asked {
    const { random } = this;
    const members = Array.from({ length: random.below(4) }, () =>
      read(random.of([Op.getData, Op.getChildren]), this.path(), random.chance(0.2))
    );
    if (random.chance(0.15))
      members.push(random.of([read(Op.exists, '/a'), setData('/a', 'x'), read(Op.getChildren2, '/a'), bare(99)]));
    return multi(Op.multiRead, members);
  }

  write(): Asked {
    const { random } = this;
    const path = this.path();
    return random.weighted<Asked>([
      [10, () => this.create()],
      [5, () => remove(path, this.version())],
      [6, () => setData(path, this.data(path), this.version())],
      [5, () => this.multi()],
      [0.5, () => check(path, this.version())],
      [0.2, () => reconfig()],
      [0.2, () => ofPath(Op.deleteContainer, path)],
    ]);
  }

  read(zxid: bigint): Asked {
    const { random } = this;
    const path = this.path();
    const pathOrNone = random.chance(0.98) ? path : null;
    const some = () => Array.from({ length: random.below(3) }, () => this.path());
    return random.weighted<Asked>([
      [
        12,
        () => read(random.of([Op.exists, Op.getData, Op.getChildren, Op.getChildren2]), pathOrNone, random.chance(0.6)),
      ],
      [6, () => ofWatch(Op.addWatch, path, random.of([0, 0, 1, 1, 1, 2, -1]))],
      [4, () => ofWatch(random.of([Op.removeWatches, Op.checkWatches]), path, random.of([1, 2, 3, 1, 2, 3, 4, 5, 0]))],
      [2, () => setWatches(zxid - BigInt(random.below(12)) + 2n, Array.from({ length: random.of([3, 5]) }, some))],
      [4, () => ofPath(random.of([Op.getAcl, Op.sync, Op.getEphemerals, Op.getAllChildrenNumber]), pathOrNone)],
      [2, () => this.multiRead()],
      [1, () => bare(Op.whoAmI)],
    ]);
  }

  login(): Asked {
    return this.random.of([
      auth('digest', 'u1:p1'),
      auth('digest', 'u1:p1'),
      auth('digest', 'u2:p2'),
      auth('digest', 'nocolon'),
      auth('digest', ''),
      auth('ip', 'x'),
      auth('digest', `super:${SUPER_PASSWORD}`),
    ]);
  }

  /** After which a server hangs up. */
  last(): Asked {
    const { random } = this;
    return random.weighted<Asked>([
      [3, () => bare(Op.closeSession)],
      [1, () => auth(random.of(['foo', 'world', 'x509', 'sasl', 'super']), 'x')],
      [1, () => auth('digest', null)],
      [1, () => bare(random.of([0, 10, 23, 99, 108, -1, -2, -12, 1000]))],
      [0.5, () => ({ ...cutShort(auth('digest', 'u1:p1'), random.below(8)) })],
    ]);
  }

  /** A request that ends early, or goes on too long. */
  malformed(zxid: bigint): Asked {
    const { random } = this;
    const whole = random.chance(0.5) ? this.write() : this.read(zxid);
    return random.chance(0.8)
      ? cutShort(whole, random.below(Math.max(1, whole.body.length)))
      : { ...whole, body: Buffer.concat([whole.body, Buffer.from('more')]), text: `${whole.text} and more` };
  }
}

function cutShort(asked: Asked, size: number): Asked {
  return { ...asked, body: asked.body.subarray(0, size), text: `${asked.text} cut to ${size}` };
}
