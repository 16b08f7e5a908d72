/**
 * A batch, a transaction and a conditional write: what each error says, and which of them may be tried again.
 * Try: cut the connection between the client and the server, and see `lost` and `retriable` among the outcomes.
 */
import { type Outcome, isCoordinationError, open, utf8 } from 'quorum-rx';
import { retryIf } from 'quorum-rx/operators';
import { type Observable, catchError, firstValueFrom, of } from 'rxjs';

const SERVERS = process.env.QUORUM_SERVERS ?? '127.0.0.1:2181';
const ROOT = '/examples/batch-and-effects';
const bytesOf = (text: string) => new TextEncoder().encode(text);
const said = (outcome: Outcome<unknown>) =>
  outcome.kind === 'reply' ? 'reply' : `${outcome.kind} (${outcome.error.code}, effect ${outcome.error.effect})`;

/** The error of a request that must fail. */
async function errorOf(request$: Observable<unknown>): Promise<string> {
  const told = await firstValueFrom(request$.pipe(catchError((error: unknown) => of(error))));
  if (!isCoordinationError(told)) throw new Error('this should have been refused');
  const place = 'index' in told ? `, operation ${String(told.index)}` : '';
  return `${told.code}, layer ${told.layer}, effect ${told.effect}${place}`;
}

const zk = await open(SERVERS);
const { path: home } = await firstValueFrom(
  zk.create(`${ROOT}-`, null, { mode: 'persistentSequential', parents: true })
);
const here = zk.chroot(home);

const outcomes = await firstValueFrom(
  here.batch([
    here.create('/a', bytesOf('1')),
    here.get('/missing'),
    here.set('/a', bytesOf('2')),
    here.get('/a', { codec: utf8 }),
  ])
);
console.log('a batch:', outcomes.map(said).join('; '));
const [, , , read] = outcomes;
if (read.kind !== 'reply' || read.value.value !== '2') throw new Error('a read after a write must see it');

console.log('a transaction:', await errorOf(here.transaction().set('/a', bytesOf('3')).check('/missing').commit()));
console.log('a write to a version that is gone:', await errorOf(here.set('/a', bytesOf('4'), { version: 0 })));

// repeated after a lost connection only if it did not leave; a write that may have been applied is reported instead
const { version } = await firstValueFrom(here.set('/a', bytesOf('5'), { version: 1 }).pipe(retryIf({ count: 5 })));
console.log('a write to the right version: now', version);

await firstValueFrom(zk.delete(home, { recursive: true }));
await zk.close();
console.log('done');
