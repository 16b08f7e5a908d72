import { createHash } from 'node:crypto';

/** Whom a connection speaks for. */
export interface Identity {
  readonly scheme: string;
  readonly id: string;
}

/** A scheme of ACLs. */
interface Scheme {
  /** Whether an ACL may name this id. */
  isValid(id: string): boolean;
  /** Whether an identity is the one that an ACL names. */
  matches(identity: string, acl: string): boolean;
}

export type Schemes = ReadonlyMap<string, Scheme>;

/** The form of names in Kerberos. */
const PRINCIPAL = /^[^/@]*(\/[^/@]*)?@[^/@]*$/;
const exactly = (identity: string, acl: string) => identity === acl;

/**
 * The schemes that ACLs may use, but for `world` and `auth`, which are no identities: two, and those of the server's
 * settings.
 */
export function schemes(sasl: boolean, x509: boolean): Schemes {
  return new Map<string, Scheme>([
    ['digest', { isValid: (id) => id.replace(/:+$/, '').split(':').length === 2, matches: exactly }],
    ['ip', { isValid: (id) => ipRange(id) !== undefined, matches: (identity, acl) => inRange(identity, acl) }],
    ...(sasl
      ? [
          [
            'sasl',
            {
              isValid: (id: string) => !id.includes('@') || PRINCIPAL.test(id),
              matches: (identity: string, acl: string) => identity === 'super' || identity === acl,
            },
          ] as const,
        ]
      : []),
    ...(x509 ? [['x509', { isValid: (id: string) => id !== '', matches: exactly }] as const] : []),
  ]);
}

/** The form of `user:password` in the scheme `digest`: `user:base64(sha1(user:password))`. */
export function digestOf(userAndPassword: string): string {
  const user = userAndPassword.split(':', 1)[0];
  return `${user}:${createHash('sha1').update(userAndPassword).digest('base64')}`;
}

function ipRange(text: string): { readonly address: number; readonly mask: number } | undefined {
  const [, first, size = '32'] = /^([^/]*)(?:\/(.*))?$/.exec(text) ?? [];
  const address = addressOf(first ?? '');
  const length = /^[-+]?\d+$/.test(size) ? Number(size) : -1;
  return address === undefined || length < 0 || length > 32
    ? undefined
    : { address, mask: length === 0 ? 0 : (-1 << (32 - length)) >>> 0 };
}

function inRange(identity: string, acl: string): boolean {
  const range = ipRange(acl);
  const address = addressOf(identity);
  return range !== undefined && address !== undefined && (address & range.mask) === (range.address & range.mask);
}

/** An IPv4 address as a number: servers know no other kind here. */
function addressOf(text: string): number | undefined {
  const parts = text.split('.').map((part) => (/^[-+]?\d+$/.test(part) ? Number(part) : -1));
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255)
    ? parts.reduce((sum, part) => sum * 256 + part, 0)
    : undefined;
}
