import { type Ask, type Fields, encodeFields, withQuery } from './ask.js';
import { keyPath } from './keyPath.js';

/** Fields of a read. */
export interface ReadFields {
  readonly recursive?: true | undefined;
  readonly sorted?: true | undefined;
  readonly quorum?: true | undefined;
}

/** What a write compares before it writes. */
export interface ConditionFields {
  readonly prevValue?: string | undefined;
  readonly prevIndex?: number | undefined;
  readonly prevExist?: boolean | undefined;
}

/** What a write stores. */
export interface WriteFields {
  readonly value?: string | undefined;
  readonly ttl?: number | undefined;
  readonly dir?: true | undefined;
  readonly refresh?: true | undefined;
  readonly noValueOnSuccess?: true | undefined;
}

/** Which directories a deletion may take. */
interface DeleteFields {
  readonly dir?: true | undefined;
  readonly recursive?: true | undefined;
}

/** A request about a key, whatever it is sent over. The key is a normal one. */
export type KeyRequest =
  | { readonly kind: 'read'; readonly key: string; readonly fields: ReadFields }
  | { readonly kind: 'write'; readonly key: string; readonly fields: WriteFields; readonly conditions: ConditionFields }
  /** Creates a key in a directory, named by its index. */
  | { readonly kind: 'post'; readonly key: string; readonly fields: WriteFields }
  | {
      readonly kind: 'delete';
      readonly key: string;
      readonly flags: DeleteFields;
      readonly conditions: Omit<ConditionFields, 'prevExist'>;
    };

/** The request over HTTP. */
export function askOf(request: KeyRequest): Ask {
  switch (request.kind) {
    case 'read':
      return readKey(request.key, request.fields);
    case 'write':
      return writeKey(request.key, request.fields, request.conditions);
    case 'post':
      return postKey(request.key, request.fields);
    case 'delete':
      return deleteKey(request.key, request.flags, request.conditions);
  }
}

/** Reads a key, or a directory. */
export function readKey(key: string, fields: ReadFields): Ask {
  return { method: 'GET', path: path(key, { ...fields }), repeat: 'read' };
}

/** Waits for the first event from an index on; from now on where there is none. */
export function waitForKey(key: string, recursive: boolean, waitIndex: number | undefined): Ask {
  const fields = { wait: true, recursive: recursive || undefined, waitIndex };
  return { method: 'GET', path: path(key, fields), repeat: 'read' };
}

/** Writes a key. The conditions are in the query, so that no server overlooks them. */
export function writeKey(key: string, fields: WriteFields, conditions: ConditionFields = {}): Ask {
  return {
    method: 'PUT',
    path: path(key, { ...conditions }),
    ...form({ ...fields }),
    repeat: conditions.prevIndex === undefined ? 'once' : 'guarded',
  };
}

/** Creates a key in a directory, named by its index. */
export function postKey(key: string, fields: WriteFields): Ask {
  return { method: 'POST', path: path(key), ...form({ ...fields }), repeat: 'once' };
}

/** Deletes a key. Everything is in the query: servers do not read the body of a `DELETE`. */
export function deleteKey(key: string, flags: DeleteFields, conditions: Omit<ConditionFields, 'prevExist'> = {}): Ask {
  return {
    method: 'DELETE',
    path: path(key, { ...flags, ...conditions }),
    repeat: conditions.prevIndex === undefined ? 'once' : 'guarded',
  };
}

function path(key: string, fields: Fields = {}): string {
  return withQuery(`keys${keyPath(key)}`, fields);
}

function form(fields: Fields): Pick<Ask, 'body' | 'contentType'> {
  return { body: encodeFields(fields), contentType: 'application/x-www-form-urlencoded' };
}
