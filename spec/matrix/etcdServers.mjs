import { CACHE, ROOT } from './folders.mjs';
import { goProgram } from './goProgram.mjs';
import { runSpecs, specsWith } from './specs.mjs';

/** The first minor version of 3 without version 2 of the API. */
const WITHOUT_V2 = 6;
/** The specs that need it. Others of `spec/etcd/v2/` run over version 3 too. */
const FOR_V2 = ['spec/etcd/v2/session/', 'spec/etcd/v2/client/overV3/differential.'];
/** The specs of version 2 of the embedded etcd. It follows 3.4, which can write a directory again; 3.5 cannot. */
const FOR_3_4 = 'spec/testing/etcd/v2/';

/**
 * The specs that start a real etcd, with newer ones.
 *
 * @param {readonly string[]} versions
 * @returns {import('./outcome.mjs').Row[]}
 */
export function etcdServers(versions) {
  return versions.map((version) => ({
    part: 'etcd servers',
    name: `etcd ${version}`,
    async run() {
      const module = `go.etcd.io/etcd/server/v3/etcdmain@v${version}`;
      const program = await goProgram([`${ROOT}/spec/servers/etcd`], `${CACHE}/etcd-${version}`, [module]);
      const hasV2 = Number(version.split('.')[1]) < WITHOUT_V2;
      const paths = specsWith(/\b(start|with)RealEtcd\b|\bV2_SERVERS\b/).filter((path) => !path.startsWith(FOR_3_4));
      return runSpecs(
        paths.filter((path) => hasV2 || !FOR_V2.some((begin) => path.startsWith(begin))),
        { ETCD_UNDER_TEST: program }
      );
    },
  }));
}
