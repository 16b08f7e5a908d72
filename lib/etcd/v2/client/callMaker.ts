import type { Observable } from 'rxjs';
import type { CallOptions } from '../../../client/callOptions.js';
import type { Endpoint } from '../../../core/endpoint.js';
import type { Answer } from '../protocol/answer.js';
import type { Ask } from '../protocol/ask.js';
import type { CourseContext } from '../session/course.js';

/** Makes a call that has no options but those of all calls. Errors of `ask` go to the error channel. */
export type CallMaker = <T>(
  operation: string,
  options: CallOptions | undefined,
  ask: () => Ask,
  read: (answer: Answer, context: CourseContext) => T,
  at?: Endpoint
) => Observable<T>;
