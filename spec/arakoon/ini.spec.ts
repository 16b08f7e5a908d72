import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { UsageError } from '../../lib/core/errors.js';
import { fromIni } from '../../lib/arakoon/ini.js';
import { iniFile } from '../../lib/arakoon/iniFile.js';

const lines = (...text: string[]) => text.join('\n');
const RICKY = lines(
  '[global]',
  'cluster = arakoon_0, arakoon_1',
  'cluster_id = ricky',
  '',
  '[arakoon_0]',
  'ip = 10.0.0.1',
  'client_port = 4000',
  '[arakoon_1]',
  'ip = 10.0.0.2, 10.1.0.2',
  'client_port = 4001'
);

/** What is wrong with a text. */
function fault(text: string): string {
  try {
    fromIni(text);
  } catch (error) {
    if (error instanceof UsageError && error.argument === 'text') return error.message;
    throw error;
  }
  return 'nothing';
}

describe('a cluster in a configuration', () => {
  it('has an id, and nodes with all their addresses', () => {
    expect(fromIni(RICKY)).toEqual({
      id: 'ricky',
      nodes: { arakoon_0: ['10.0.0.1:4000'], arakoon_1: ['10.0.0.2:4001', '10.1.0.2:4001'] },
    });
  });

  it('counts learners among its nodes, which the list of the cluster does not name', () => {
    const text = lines(
      RICKY,
      '[watcher]',
      'ip = ::1',
      'client_port = 4_002',
      'learner = true',
      '[no_learner]',
      'learner = false'
    );
    expect(Object.entries(fromIni(text).nodes).slice(2)).toEqual([['watcher', ['[::1]:4002']]]);
  });

  it('says which files a client needs for TLS, and only when both a CA and a version are given', () => {
    const tls = (...more: string[]) => fromIni(RICKY.replace('[global]', lines('[global]', ...more))).tls;
    expect(tls()).toBeUndefined();
    expect(tls('tls_ca_cert = /ca.pem')).toBeUndefined();
    expect(tls('tls_version = 1.2')).toBeUndefined();
    expect(tls('tls_ca_cert = /ca.pem', 'tls_version = 1.2')).toEqual({ caCert: '/ca.pem', version: '1.2' });
    expect(tls('tls_ca_cert = /ca.pem', 'tls_version = 1.0', 'tls_cert = /c.pem', 'tls_key = /k.pem')).toEqual({
      caCert: '/ca.pem',
      version: '1.0',
      client: { cert: '/c.pem', key: '/k.pem' },
    });
  });

  it('says which cluster keeps the nursery', () => {
    expect(fromIni(RICKY)).not.toHaveProperty('keeper');
    expect(fromIni(lines(RICKY, '[nursery]', 'cluster_id = left', 'cluster = arakoon_1')).keeper).toEqual({
      id: 'left',
      nodes: { arakoon_1: ['10.0.0.2:4001', '10.1.0.2:4001'] },
    });
  });

  it.each([
    ['', 'has no section [global]'],
    [lines('[global]', 'cluster = a'), 'line 1: [global] has no cluster_id'],
    [lines('[global]', 'cluster_id = ', 'cluster = a'), 'line 2: [global] has no cluster_id'],
    [lines('', '[global]', 'cluster_id = x'), 'line 2: [global] has no cluster'],
    [lines('[global]', 'cluster_id = x', 'cluster = , ,'), 'line 3: [global] has no cluster'],
    [lines('[global]', 'cluster_id = x', 'cluster = a'), 'line 1: cluster of [global] names a, which has no section'],
    [
      lines(RICKY, '[nursery]', 'cluster_id = left', 'cluster = b'),
      'line 11: cluster of [nursery] names b, which has no section',
    ],
    [RICKY.replace('ip = 10.0.0.1', 'home = /'), 'line 5: [arakoon_0] has no ip'],
    [RICKY.replace('client_port = 4000', ''), 'line 5: [arakoon_0] has no client_port'],
    [RICKY.replace('4000', '0'), 'line 7: client_port must be from 1 to 65535, not 0'],
    [RICKY.replace('4000', '0x1_0000'), 'line 7: client_port must be from 1 to 65535, not 65536'],
    [RICKY.replace('4000', '_4'), 'line 7: client_port must be a whole number, not "_4"'],
    [RICKY.replace('4000', '+-4'), 'line 7: client_port must be a whole number, not "+-4"'],
    [RICKY.replace('4000', '0x'), 'line 7: client_port must be a whole number, not "0x"'],
    [RICKY.replace('4000', '0o8'), 'line 7: client_port must be a whole number, not "0o8"'],
    [lines(RICKY, 'learner = yes'), 'line 11: learner must be true or false, not "yes"'],
    [
      RICKY.replace('[global]', lines('[global]', 'tls_ca_cert = /ca', 'tls_version = 1.3')),
      'line 3: tls_version must be one of 1.0, 1.1, 1.2, not "1.3"',
    ],
  ])('is refused where it says too little, or nonsense: %#', (text, message) =>
    expect(fault(text)).toBe(`text: ${message}`)
  );

  it('is refused when it is no text', () =>
    expect(fault(Buffer.from(RICKY) as never)).toBe('text: must be the text of a configuration, not object'));
});

/** What the servers' own parser accepts, and how it reads that. */
const READ: readonly (readonly [string, string, object])[] = [
  ['blanks inside the brackets of a section', RICKY.replace('[global]', '[ global\t]'), {}],
  ['an indented section', RICKY.replace('[global]', ' \t[global]  '), {}],
  ['an indented value', RICKY.replace('cluster_id', '\tcluster_id'), {}],
  [
    'a section or a value that is continued',
    RICKY.replace('[global]', '[\\\nglobal\\\n]').replace('cluster_id = ', 'cluster_id \\\n = \\\n\n '),
    {},
  ],
  [
    'a value that stands twice: the last counts',
    RICKY.replace('cluster_id', lines('cluster_id = other', 'cluster_id')),
    {},
  ],
  [
    'a section that stands twice: the last counts, and nothing of the first',
    lines('[global]', 'cluster = x', 'cluster_id = y', 'tls_ca_cert = /ca', 'tls_version = 1.2', RICKY),
    {},
  ],
  ['a port with a sign', RICKY.replace('4000', '+4000'), {}],
  ['an octal port', RICKY.replace('4000', '0o7640'), {}],
  ['a binary port', RICKY.replace('4000', '0b1111_1010_0000'), {}],
  ['a hexadecimal port', RICKY.replace('4000', '0Xf_A0'), {}],
  ['a port with zeros before it, which is decimal', RICKY.replace('4000', '004000'), {}],
  ['a port with something behind it', RICKY.replace('4000', '4000;x'), {}],
  ['a port with a fraction', RICKY.replace('4000', '4000.5'), {}],
  ['a port that goes on in the next line, which does not count', RICKY.replace('4000', '4000\\\n17'), {}],
  [
    'a certificate without its key, which does not count',
    RICKY.replace('[global]', lines('[global]', 'tls_ca_cert = /ca', 'tls_version = 1.2', 'tls_cert = /c')),
    { tls: { caCert: '/ca', version: '1.2' } },
  ],
  [
    'a key without its certificate',
    RICKY.replace('[global]', lines('[global]', 'tls_ca_cert = /ca', 'tls_version = 1.2', 'tls_key = /k')),
    { tls: { caCert: '/ca', version: '1.2' } },
  ],
  [
    'a version of TLS that there is not, without a CA',
    RICKY.replace('[global]', lines('[global]', 'tls_version = 7')),
    {},
  ],
  ['a boolean with something behind it', lines(RICKY, 'learner = trueish', ''), {}],
  [
    'a comment behind a backslash, which is dropped first',
    RICKY.replace('arakoon_0, arakoon_1', 'arakoon_0, arakoon_1 # \\\n# more'),
    { id: undefined },
  ],
  ['lists with commas at their ends', RICKY.replace('arakoon_0, arakoon_1', ',arakoon_0,\t,arakoon_1,'), {}],
];
/** What it refuses, and is read here all the same. */
const KINDER: readonly (readonly [string, string])[] = [
  ['the lines of Windows', RICKY.replaceAll('\n', '\r\n')],
  ['lines of blanks', RICKY.replaceAll('\n', '\n \t\n')],
  ['an empty section', lines('[empty]', RICKY)],
  ['an empty value', lines('[other]', 'x =', RICKY)],
  ['a section in two parts', RICKY.replace('cluster_id', lines('[other]', 'x = 1', '[global]', 'cluster_id'))],
  ['a list on several lines', RICKY.replace('arakoon_0, ', 'arakoon_0,\\\n  ')],
];

describe('the text of a configuration', () => {
  const cluster = fromIni(RICKY);

  it.each(READ)('is read as the servers read it: %s', (_, text, more) => {
    if ('id' in more)
      expect(fault(text)).toBe('text: line 1: [global] has no cluster_id'); // the next line belongs to the value
    else expect(fromIni(text)).toEqual({ ...cluster, ...more });
  });

  it.each(KINDER)('is read, though the servers refuse it: %s', (_, text) => expect(fromIni(text)).toEqual(cluster));

  const value = (text: string) => iniFile(lines('[s]', text)).get('s')!;

  it('has scalars that end at the first blank, so that a remark may follow', () => {
    expect([
      value('n = 5_000_000 # bytes').int('n'),
      value('n = 0xfF').int('n'),
      value('n\t=\tx\ty').scalar('n')?.text,
      value('n=x').scalar('n')?.text,
    ]).toEqual([5_000_000, 255, 'x', 'x']);
  });

  it('has lists with blanks, tabs and commas between', () =>
    expect(value('l = a,b c\td , ,e').list('l')).toEqual(['a', 'b', 'c', 'd', 'e']));

  it('goes on in the next line after a backslash, as often as it likes', () => {
    const sections = iniFile(lines('[s]', 'l = a,\\', 'b,\\', ' # c', 'm = 1'));
    expect([sections.get('s')!.list('l'), sections.get('s')!.scalar('m')]).toEqual([
      ['a', 'b', '#', 'c'],
      { text: '1', line: 5 },
    ]);
    expect(
      iniFile(lines('[s]', 'l = a,\\', '# b,', 'c', 'm = 1'))
        .get('s')!
        .list('l')
    ).toEqual(['a', 'c']);
    expect(iniFile(lines('[s]', 'l = a\\')).get('s')!.list('l')).toEqual(['a\\']);
  });

  it('has comments in column 1 only', () => {
    expect(
      iniFile(lines('# über', '[s]', '#a = 1'))
        .get('s')!
        .scalar('a')
    ).toBeUndefined();
    expect(fault(lines('[global]', ' # no comment'))).toBe(
      'text: line 2: is neither [section], nor name = value, nor a comment with # in column 1'
    );
  });

  it('takes sections up again, tells names by their case, and takes the lines of Windows', () => {
    const sections = iniFile('[s]\r\na = 1\r\n[t]\r\n[s]\r\nA = 2\r\n');
    expect(['a', 'A'].map((name) => sections.get('s')!.scalar(name)?.text)).toEqual(['1', '2']);
  });

  it.each([
    ['a = 1', 'line 1: a stands before the first [section]'],
    [lines('[s]', '', 'a = grün'), 'line 3: a has characters that are not printable ASCII'],
    [lines('[s]', 'a b = 1'), 'line 2: is neither [section], nor name = value, nor a comment with # in column 1'],
    ['[s', 'line 1: is neither [section], nor name = value, nor a comment with # in column 1'],
    [
      lines('[s]', 'a = 1,\\', '2', '?'),
      'line 4: is neither [section], nor name = value, nor a comment with # in column 1',
    ],
  ])('is refused with the line that is broken: %#', (text, message) => expect(fault(text)).toBe(`text: ${message}`));

  const name = fc
    .stringMatching(/^[\w:-]{1,8}$/)
    .filter((each) => !['global', 'nursery', 'constructor'].includes(each));
  const host = fc.oneof(fc.ipV4(), fc.domain());
  const blank = fc.constantFrom('', ' ', '\t', '  ');
  const between = fc.constantFrom(' ', ',', ', ', '\t', ' ,\\\n');

  it('reads back whatever cluster is written, in whatever lay-out', () => {
    const node = fc.record({
      hosts: fc.array(host, { minLength: 1, maxLength: 3 }),
      port: fc.integer({ min: 1, max: 65535 }),
      learner: fc.boolean(),
      hex: fc.boolean(),
    });
    const cluster = fc
      .dictionary(name, node, { minKeys: 1, maxKeys: 5 })
      .filter((nodes) => Object.values(nodes).some(({ learner }) => !learner));
    fc.assert(
      fc.property(cluster, name, blank, between, fc.boolean(), (nodes, id, space, comma, globalFirst) => {
        const global = lines(
          '[global]',
          `cluster_id${space}=${space}${id} # its id`,
          `cluster =${space}${Object.keys(nodes)
            .filter((each) => !nodes[each]!.learner)
            .join(comma)}`
        );
        const parts = Object.entries(nodes).map(([each, { hosts, port, learner, hex }]) =>
          lines(
            `[${each}]${space}`,
            '# a remark',
            `ip${space}=${hosts.join(comma)}`,
            `client_port = ${hex ? `0x${port.toString(16)}` : port}`,
            `learner = ${learner} `,
            ''
          )
        );
        const text = lines(...(globalFirst ? [global, ...parts] : [...parts, global]));
        const wanted = Object.fromEntries(
          Object.entries(nodes).map(([each, { hosts, port }]) => [each, hosts.map((one) => `${one}:${port}`)])
        );
        expect(fromIni(text)).toEqual({ id, nodes: wanted });
      })
    );
  });

  it('is read or refused with a line, whatever it is', () => {
    const text = fc
      .array(
        fc.oneof(
          fc.constantFrom(
            '[global]',
            'cluster = a',
            'cluster_id = x',
            '[a]',
            'ip = 1.2.3.4',
            'client_port = 1',
            '\\',
            '='
          ),
          fc.string({ unit: 'binary' })
        ),
        { maxLength: 12 }
      )
      .map((each) => each.join('\n'));
    fc.assert(fc.property(text, (each) => expect(fault(each)).toMatch(/^(nothing|text: (line \d+: |has no section))/)));
  });
});
