import { Subscription } from 'rxjs';
import { connect } from '../../lib/zookeeper/connect.js';
import type { ConnectOptions } from '../../lib/zookeeper/options.js';
import type { FleetClient, FleetClientParts } from './fleetClient.js';
import { Traffic } from './traffic.js';

/** The client of this library. */
export function rxClient(
  { ensemble, clock, random, paths, sessionTimeout }: FleetClientParts,
  options: ConnectOptions = {}
): FleetClient {
  const traffic = new Traffic();
  const shown = new Map<string, string>();
  const stale = new Set(paths);
  const all = new Subscription();
  const transport = ensemble.transport(traffic);
  all.add(
    connect(ensemble.connectString, { scheduler: clock, transport, random, sessionTimeout, ...options }).subscribe(
      (zk) => {
        for (const path of paths)
          all.add(
            zk.watch(path).subscribe((node) => {
              if (node.stale) return void stale.add(path);
              stale.delete(path);
              if (node.kind === 'present') shown.set(path, Buffer.from(node.value ?? []).toString());
            })
          );
      }
    )
  );
  return {
    traffic,
    get whole() {
      return stale.size === 0;
    },
    shown: (path) => shown.get(path),
    close: () => all.unsubscribe(),
  };
}
