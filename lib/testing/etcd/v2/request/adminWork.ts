import { V2StatusRefusal } from '../v2StatusRefusal.js';
import { type HttpAnswer, type HttpRequest, type HttpWork, json, jsonLine } from './httpRequest.js';
import { type V2Ground, clusterHead } from './v2Ground.js';

/** The answer to a change of which there is nothing to tell. */
export const DONE = Symbol('done');

/**
 * Work about the cluster itself. It answers in JSON, and a refusal with its words.
 *
 * @param run gives the status and the body, or {@link DONE}
 */
export function adminWork(
  ground: V2Ground,
  needsQuorum: boolean,
  run: () => readonly [status: number, body: unknown] | typeof DONE
): HttpWork {
  const head = clusterHead(ground);
  const refused = (refusal: V2StatusRefusal) => json(refusal.status, refusal, head);
  return {
    needsQuorum,
    late: () => refused(new V2StatusRefusal(500, 'Internal Server Error')),
    run: () => {
      try {
        const done = run();
        if (done === DONE) return { status: 200, headers: { ...head, 'Content-Type': 'application/json' }, body: '' };
        const [status, body] = done;
        if (status === 204) return { status, headers: head, body: '' };
        return jsonLine(status, body, head);
      } catch (reason) {
        if (reason instanceof V2StatusRefusal) return refused(reason);
        throw reason;
      }
    },
  };
}

/** The refusal of those who are not `root`. */
export function unlessRoot({ core }: V2Ground, { headers }: HttpRequest): HttpAnswer | undefined {
  if (core.v2.auth.isRoot(headers.authorization)) return undefined;
  return json(401, new V2StatusRefusal(401, 'Insufficient credentials'));
}
