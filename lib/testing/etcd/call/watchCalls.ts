import * as methods from '../../../etcd/v3/protocol/methods.js';
import { EtcdRefusal } from '../etcdRefusal.js';
import { WatchStream } from '../watch/watchStream.js';
import { streaming } from './served.js';

const watch = streaming(methods.watchStream, (ground, answers) => {
  const { core, member } = ground;
  const { scheduler, progressInterval, maxRequestBytes } = core.settings;
  return new WatchStream({
    hub: member.hub,
    store: core.store,
    scheduler,
    progressInterval,
    limit: maxRequestBytes,
    repeats: () => core.repeatsEvents,
    header: (revision) => core.header(member, revision),
    mayRead(range) {
      try {
        core.auth.permit(ground.user, 'read', range);
        return true;
      } catch (reason) {
        if (reason instanceof EtcdRefusal) return false;
        throw reason;
      }
    },
    answers,
  });
});

/** Calls about watches. */
export const watchCalls = [watch];
