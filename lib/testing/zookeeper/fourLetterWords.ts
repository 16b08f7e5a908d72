import type { Version } from '../../zookeeper/types.js';

/** The words that a server knows, and from which version on; 0: all of them. */
export const fourLetterWords: ReadonlyMap<string, Version> = new Map<string, Version>([
  ...[
    'ruok',
    'isro',
    'srvr',
    'stat',
    'mntr',
    'conf',
    'cons',
    'dump',
    'envi',
    'wchs',
    'wchc',
    'wchp',
    'crst',
    'srst',
    'gtmk',
    'stmk',
  ].map((word): [string, Version] => [word, 0]),
  ['dirs', 30501],
  ['hash', 30600],
]);
