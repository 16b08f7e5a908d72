import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OPEN } from '../../lib/zookeeper/acl.js';
import { writeDataFile } from '../../lib/testing/server/dataFile.js';
import { DataTree } from '../../lib/testing/server/store/dataTree.js';
import { Znode } from '../../lib/testing/server/store/znode.js';
import { type EmbeddedServer, type ServerOptions } from '../../lib/testing/index.js';
import { VirtualWorld } from './virtualWorld.js';
