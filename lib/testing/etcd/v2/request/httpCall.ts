import { checkFault } from '../../../host/checkFault.js';
import { Turn } from '../../cluster/turn.js';
import type { EtcdFault, EtcdServerOptions } from '../../etcdServerOptions.js';
import { V2Refusal } from '../v2Refusal.js';
import { unescapedPath } from './goForm.js';
import {
  CROSS_ORIGIN,
  type HttpAnswer,
  type HttpAnswers,
  type HttpRequest,
  type HttpWork,
  json,
} from './httpRequest.js';
import { httpWork } from './httpWork.js';
import type { V2Ground } from './v2Ground.js';

/** One request of HTTP/1, and its answer, which may have to wait for the leader, or for an event. */
export class HttpCall {
  readonly #ground: V2Ground;
  readonly #turn: Turn;
  readonly #faults: EtcdServerOptions['faults'];
  #answers: HttpAnswers | undefined;
  /** Whether the answer gets lost. */
  #lost = false;
  #leave: (() => void) | undefined;

  /** @param faults the faults of the requests of its client */
  constructor(ground: V2Ground, answers: HttpAnswers, faults = ground.core.settings.faults) {
    this.#ground = ground;
    this.#faults = faults;
    this.#turn = new Turn(ground.member, ground.core.settings);
    this.#answers = answers;
  }

  /** The request has come in full. */
  serve(request: HttpRequest): void {
    this.#turn.whenRunning(() => {
      const fault = faultOf(this.#ground, request, this.#faults);
      if (fault === 'cut') return this.#answers?.cut();
      this.#lost = fault === 'cutAfter';
      if (typeof fault !== 'object') this.#begin(request);
      else if ('error' in fault) this.#answer(faulty(fault));
      else this.#turn.after(fault.delay, () => this.#begin(request));
    });
  }

  /** The client has given the request up, or its connection has ended. */
  left(): void {
    this.#answers = undefined;
    this.#turn.end();
    this.#leave?.();
    this.#leave = undefined;
  }

  /** Waits for the leader, if it has to. */
  #begin(request: HttpRequest): void {
    const work = httpWork(this.#ground, request);
    this.#turn.whenReady(
      work.needsQuorum,
      () => this.#run(work),
      () => this.#answer(work.late())
    );
  }

  #run(work: HttpWork): void {
    const answers = this.#answers;
    if (answers === undefined) return;
    const done = work.run({
      head: (status, headers) => {
        if (this.#lost) answers.cut();
        else answers.head(status, { ...CROSS_ORIGIN, ...headers });
      },
      data: (text) => answers.data(text),
      end: () => {
        this.#answers = undefined;
        answers.end();
      },
      cut: () => answers.cut(),
    });
    if (typeof done !== 'function') this.#answer(done);
    else if (this.#answers === undefined) done();
    else this.#leave = done;
  }

  #answer({ status, headers, body }: HttpAnswer): void {
    const answers = this.#answers;
    this.#answers = undefined;
    if (this.#lost) return answers?.cut();
    const length = status === 204 ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
    answers?.head(status, { ...CROSS_ORIGIN, ...headers, ...length });
    if (body !== '') answers?.data(body);
    answers?.end();
  }
}

/** The fault of a request of the v2 API, as the user wants it. */
function faultOf(
  { member }: V2Ground,
  { method, url }: HttpRequest,
  faults: EtcdServerOptions['faults']
): EtcdFault | undefined {
  const [path = ''] = url.split('?');
  const [, part, key] = /^(\/v2\/[a-z]+)(\/.*)?$/s.exec(path) ?? [];
  if (faults === undefined || part === undefined) return undefined;
  const isKey = part === '/v2/keys';
  return checkFault(
    faults({
      member: member.name,
      operation: `${method} ${part}`,
      key: isKey ? unescapedPath(key ?? '/') : undefined,
    })
  );
}

function faulty({ error, message = 'fault' }: Extract<EtcdFault, { error: number }>): HttpAnswer {
  const refusal = new V2Refusal(error, message);
  return json(refusal.status, refusal, { 'X-Etcd-Index': '0' });
}
