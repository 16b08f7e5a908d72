// The worker processes, from outside: started, stopped, killed, asked.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { GuardedProcess } from './built.mjs';
import { shared } from './clock.mjs';

const PROGRAM = fileURLToPath(new URL('worker.mjs', import.meta.url));
const ENDS_WITHIN = 10_000;
const ANSWERS_WITHIN = 20_000;

/** Resolves when it can be filled. `assignment` is what all workers are told. */
export async function crew(judge, assignment) {
  const staff = new Crew(judge);
  await new Promise((listening) => staff.door.listen(0, '127.0.0.1', listening));
  staff.assignment = { ...assignment, judge: staff.door.address().port };
  return staff;
}

class Crew {
  door = createServer((socket) => this.#receive(socket));
  assignment;
  /** By number. */
  #workers = [];
  #judge;

  constructor(judge) {
    this.#judge = judge;
  }

  /** Starts a worker, in the place of the one of this number that was killed. */
  start(number) {
    const life = (this.#workers[number]?.life ?? -1) + 1;
    const name = `w${number}.${life}`;
    const directory = mkdtempSync(`${tmpdir()}/soak-${name}-`);
    const seed = (this.assignment.seed + number * 1000 + life * 100_000) % 2 ** 32;
    const child = new GuardedProcess(directory, [
      process.execPath,
      PROGRAM,
      JSON.stringify({ ...this.assignment, name, seed }),
    ]);
    const worker = {
      name,
      life,
      child,
      directory,
      expected: false,
      closed: false,
      answers: new Map(),
      connected: outside(),
      silent: outside(),
    };
    this.#workers[number] = worker;
    void child.ended.then(() => {
      if (!worker.expected)
        this.#judge.violation(`${name} has died: ${readFileSync(`${directory}/log`, 'utf8').slice(-4000)}`);
      rmSync(directory, { recursive: true, force: true });
    });
  }

  /** Which worker a client is of; `undefined` for those that are dead. */
  numberOf(client) {
    const number = this.#workers.findIndex(({ name }) => client?.startsWith(`${name}/`));
    return number < 0 ? undefined : number;
  }

  async pause(number, lasting) {
    const { name, child } = this.#workers[number];
    const from = shared();
    child.signal('SIGSTOP');
    await sleep(lasting);
    child.signal('SIGCONT');
    this.#judge.absent(name, from, shared());
  }

  /** Cuts a worker off from all servers. */
  isolate(number, lasting) {
    return this.#ask(this.#workers[number], `isolate ${lasting}`, lasting + ANSWERS_WITHIN);
  }

  async kill(number) {
    const worker = this.#workers[number];
    worker.expected = true;
    await worker.child.end('SIGKILL');
    this.#judge.absent(worker.name, shared());
  }

  /** What all workers answer to a command; a violation when one does not in time. */
  async ask(command, within = ANSWERS_WITHIN) {
    const answers = await Promise.all(this.#workers.map((worker) => this.#ask(worker, command, within)));
    return answers.flatMap((answer) => answer ?? []);
  }

  async #ask(worker, command, within) {
    const late = new AbortController();
    const answer = new Promise((answered) => worker.answers.set(command, answered));
    void worker.connected.promise.then((socket) => socket.write(`${command}\n`));
    const given = await Promise.race([answer, sleep(within, late, { signal: late.signal }).catch(() => {})]);
    late.abort();
    if (given !== late) return given;
    this.#judge.violation(`${worker.name} did not do within ${within} ms: ${command}`);
  }

  /** All leave in good order, or it is a violation. */
  async leave() {
    await Promise.all(
      this.#workers.map(async (worker) => {
        worker.expected = true;
        const { child, name, directory } = worker;
        const patience = setTimeout(
          () => this.#judge.violation(`${name} does not end: ${readFileSync(`${directory}/log`, 'utf8').slice(-4000)}`),
          ENDS_WITHIN
        );
        await child.end('SIGTERM', ENDS_WITHIN + 1000);
        clearTimeout(patience);
        await Promise.race([worker.silent.promise, sleep(1000)]); // all that it has said is heard
        if (!worker.closed) this.#judge.violation(`${name} has ended without having closed its sessions`);
      })
    );
  }

  /** The end of those that are left, at once. */
  async stop() {
    for (const worker of this.#workers) worker.expected = true;
    await Promise.all(this.#workers.map(({ child }) => child.end('SIGKILL')));
    this.door.close();
  }

  #receive(socket) {
    let worker;
    socket.on('error', () => {}); // it was killed
    const lines = createInterface({ input: socket });
    lines.on('close', () => worker?.silent.resolve());
    lines.on('line', (line) => {
      if (!line.endsWith('}')) return; // it was killed in the middle of it
      const fact = JSON.parse(line);
      if (fact.kind === 'hello') {
        worker = this.#workers.find(({ name }) => name === fact.name);
        worker.connected.resolve(socket);
      } else if (fact.kind === 'answer') worker.answers.get(fact.command)?.(fact.answer);
      else if (fact.kind === 'closed') worker.closed = true;
      else this.#judge.hear(fact);
    });
  }
}

/** A promise, and what resolves it. */
function outside() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
