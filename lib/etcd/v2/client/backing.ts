import type { Observable, SchedulerLike } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import type { RequestFilter } from '../../../client/requestFilter.js';
import type { StatsFeed } from '../../../client/statsFeed.js';
import type { Diagnostic, EtcdState } from '../../types.js';
import type { EtcdV2Result } from '../protocol/answer.js';
import type { KeyRequest } from '../protocol/keyRequests.js';
import type { CourseContext } from '../session/course.js';
import type { FollowOptions, Step } from '../watch/follow.js';
import type { WaitOptions } from '../watch/waitForEvent.js';
import type { EtcdV2 } from './etcdV2.js';

/** What the methods of a client stand on: the v2 API, or another one that can do the same. Values are text. */
export interface Backing extends StatsFeed {
  readonly state$: Observable<EtcdState>;
  readonly state: EtcdState;
  readonly diagnostics$: Observable<Diagnostic>;
  readonly scheduler: SchedulerLike;
  /** The same, with a filter around each request. */
  use(filter: RequestFilter): Backing;
  /** Sends one request per subscription. Throws a `UsageError` for one that is too large. */
  keys(request: KeyRequest, context: CourseContext, options: CallOptions): Observable<EtcdV2Result>;
  /** Follows the value of a key, and with `recursive` those of all keys below it. */
  follow(key: string, recursive: boolean, context: CourseContext): Observable<Step>;
  /** Follows the events, each once. */
  events(key: string, options: FollowOptions, context: CourseContext): Observable<Step>;
  /** Waits for one event. */
  wait(key: string, options: WaitOptions, context: CourseContext): Observable<EtcdV2Result>;
  /** The calls about the cluster, with these defaults of their options. */
  cluster(defaults: CallOptions): Pick<EtcdV2, 'members' | 'statistics' | 'auth' | 'version' | 'health'>;
  close(): Promise<void>;
}
