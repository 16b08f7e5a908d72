import type { EtcdCore } from '../../etcdCore.js';
import type { V2Event } from '../store/v2Event.js';
import { V2Refusal } from '../v2Refusal.js';
import { GoForm } from './goForm.js';
import {
  type HttpAnswer,
  type HttpAnswers,
  type HttpRequest,
  type HttpWork,
  goJson,
  immediate,
  jsonLine,
  wrongMethod,
} from './httpRequest.js';
import { type KeysRequest, keysRequest } from './keysRequest.js';
import { type V2Ground, clusterHead } from './v2Ground.js';

/** A request about keys. @param key with a slash in front; `''` for the root */
export function keysWork(ground: V2Ground, request: HttpRequest, key: string): HttpWork {
  const { method } = request;
  if (!/^(?:HEAD|GET|PUT|POST|DELETE)$/.test(method))
    return immediate(wrongMethod('HEAD', 'GET', 'PUT', 'POST', 'DELETE'));
  const { auth } = ground.core.v2;
  let asked: KeysRequest;
  let form: GoForm;
  try {
    form = GoForm.read(request);
    asked = keysRequest(method, key, form, ground.core.settings.scheduler.now());
    const what = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
    const isRecursive = form.flag('recursive');
    if (!auth.permits(request.headers.authorization, key || '/', what, isRecursive))
      throw new V2Refusal(110, 'Insufficient credentials');
  } catch (reason) {
    return immediate(refused(ground, reason));
  }
  if (asked.kind === 'wait') return waiting(ground, key, asked);
  const { kind, change } = asked;
  const { core, member } = ground;
  return {
    needsQuorum: kind === 'agree',
    late: () => refused(ground, new V2Refusal(300, 'etcdserver: request timed out')),
    run: () => {
      try {
        const event = kind === 'agree' ? core.v2.change(member, change) : member.v2.store.apply(change);
        return answered(ground, event!, form.flag('noValueOnSuccess'));
      } catch (reason) {
        return refused(ground, reason);
      }
    },
  };
}

/** Waits for an event. The head of the answer comes at once. */
function waiting(ground: V2Ground, key: string, asked: Extract<KeysRequest, { kind: 'wait' }>): HttpWork {
  const { core, member } = ground;
  const { stream } = asked;
  const run = (answers: HttpAnswers) => {
    const { store } = member.v2;
    const since = asked.since === 0 ? store.index + 1 : asked.since;
    const events: V2Event[] = [];
    let tell = (event: V2Event) => void events.push(event);
    const watcher = { key, ...asked, since, next: (event: V2Event) => tell(event) };
    const head = headOf(ground, store.index);
    try {
      store.watch(watcher);
    } catch (reason) {
      return refused(ground, reason);
    }
    answers.head(200, { ...head, ...raftHeadOf(core), 'Content-Type': 'application/json' });
    tell = (event) => {
      answers.data(`${goJson(event)}\n`);
      if (!stream) answers.end();
    };
    events.forEach(tell);
    return () => store.leave(watcher);
  };
  return { needsQuorum: false, late: () => refused(ground, new V2Refusal(300, '')), run };
}

function answered(ground: V2Ground, event: V2Event, isQuiet: boolean): HttpAnswer {
  const { action, node, prevNode } = event;
  const created = action === 'create' || (action === 'set' && prevNode === undefined);
  const shown =
    isQuiet && /^(?:set|compareAndSwap|create|update)$/.test(action) ? { action } : { action, node, prevNode };
  const { index } = ground.member.v2.store;
  return jsonLine(created ? 201 : 200, shown, { ...headOf(ground, index), ...raftHeadOf(ground.core) });
}

function refused(ground: V2Ground, reason: unknown): HttpAnswer {
  if (!(reason instanceof V2Refusal)) throw reason;
  return jsonLine(reason.status, reason, headOf(ground, reason.index));
}

function headOf(ground: V2Ground, index: number): HttpAnswer['headers'] {
  return { ...clusterHead(ground), 'X-Etcd-Index': String(index) };
}

function raftHeadOf({ index, leadership }: EtcdCore): HttpAnswer['headers'] {
  return { 'X-Raft-Index': String(index), 'X-Raft-Term': String(leadership.term) };
}
