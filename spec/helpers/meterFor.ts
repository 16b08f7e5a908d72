import { type SchedulerLike, asyncScheduler } from 'rxjs';
import { Meter } from '../../lib/client/meter.js';

/** A meter for a part of a client that is tested by itself. */
export const meterFor = (scheduler: SchedulerLike = asyncScheduler) => new Meter('zookeeper', scheduler);
