import type { Ask } from './ask.js';
import {
  type ConditionFields,
  type ReadFields,
  type WriteFields,
  deleteKey,
  postKey,
  readKey,
  writeKey,
} from './keyRequests.js';

/** A request about a key, whatever it is sent over. The key is a normal one. */
export type KeyRequest =
  | { readonly kind: 'read'; readonly key: string; readonly fields: ReadFields }
  | { readonly kind: 'write'; readonly key: string; readonly fields: WriteFields; readonly conditions: ConditionFields }
  /** Creates a key in a directory, named by its index. */
  | { readonly kind: 'post'; readonly key: string; readonly fields: WriteFields }
  | {
      readonly kind: 'delete';
      readonly key: string;
      readonly flags: { readonly dir?: true | undefined; readonly recursive?: true | undefined };
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
