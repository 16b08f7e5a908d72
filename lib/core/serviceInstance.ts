import { type Codec, type SchemaResult, type StandardSchema, ValueError, json } from './codecs.js';
import type { Freshness } from './watched.js';

/** One of the programs that offer a service. The fields are those of Curator's `ServiceInstance`. */
export interface ServiceInstance<P = unknown> {
  /** The service. */
  readonly name: string;
  /** Which of its instances: the name of its node. */
  readonly id: string;
  readonly address: string | null;
  readonly port: number | null;
  readonly sslPort: number | null;
  /** Whatever else there is to say. */
  readonly payload: P;
  /** When it was registered, by its own clock: milliseconds since the epoch. */
  readonly registrationTimeUTC: number;
  /** `'DYNAMIC'` for one that goes with its session. */
  readonly serviceType: string;
  /** How an address is made of this, in the parts that Curator takes it apart into. */
  readonly uriSpec: { readonly parts: ReadonlyArray<{ readonly value: string; readonly variable: boolean }> } | null;
  /** False where it does not want to be picked. */
  readonly enabled: boolean;
}

/** The instances of a service. */
export type Instances<P = unknown> = Freshness & {
  /** In the order in which they were first seen. One that has not changed is the same object as before. */
  readonly instances: readonly ServiceInstance<P>[];
  /** The names of nodes or keys that hold no such instance, or may not be read. */
  readonly unreadable: readonly string[];
};

/**
 * The JSON that Curator's `JsonInstanceSerializer` writes and reads. `enabled` is written only where it is false: older
 * versions of Curator do not know it, and newer ones take it for true.
 *
 * @param schema of the payload
 */
export function serviceInstance<P>(schema?: StandardSchema<P>): Codec<ServiceInstance<P>> {
  const { encode, decode } = json<ServiceInstance<P>>({ '~standard': { validate: (value) => checked(value, schema) } });
  return {
    encode: ({ name, id, address, port, sslPort, payload, registrationTimeUTC, serviceType, uriSpec, enabled }) =>
      encode({
        name,
        id,
        address,
        port,
        sslPort,
        payload,
        registrationTimeUTC,
        serviceType,
        uriSpec,
        ...(!enabled && { enabled }),
      } as ServiceInstance<P>),
    decode,
  };
}

/** Reads an instance; `undefined` for data that holds none. */
export function instanceIfAny<P>(
  codec: Codec<ServiceInstance<P>>,
  bytes: Uint8Array | null
): ServiceInstance<P> | undefined {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (error instanceof ValueError) return undefined;
    throw error;
  }
}

type Result<T> = SchemaResult<T> | Promise<SchemaResult<T>>;
type Check = (value: unknown) => boolean;

const TEXT: Check = (value) => typeof value === 'string';
const PORT: Check = (value) => value === null || Number.isInteger(value);
/** The check of each field. */
export const FIELDS: Readonly<Record<Exclude<keyof ServiceInstance, 'payload'>, Check>> = {
  name: TEXT,
  id: TEXT,
  address: (value) => value === null || TEXT(value),
  port: PORT,
  sslPort: PORT,
  registrationTimeUTC: (value) => typeof value === 'number',
  serviceType: TEXT,
  uriSpec: (value) => value === null || Array.isArray((value as { parts?: unknown }).parts),
  enabled: (value) => typeof value === 'boolean',
};
/** Curator's defaults for missing fields. */
const UNSAID = {
  address: null,
  port: null,
  sslPort: null,
  payload: null,
  registrationTimeUTC: 0,
  serviceType: 'DYNAMIC',
  uriSpec: null,
  enabled: true,
};

function checked<P>(value: unknown, schema: StandardSchema<P> | undefined): Result<ServiceInstance<P>> {
  if (typeof value !== 'object' || value === null) return { issues: [{ message: 'it is no object' }] };
  const said = { ...UNSAID, ...value } as ServiceInstance<P>;
  const issues = Object.entries(FIELDS).flatMap(([field, fits]) =>
    fits(said[field as keyof ServiceInstance]) ? [] : [{ message: 'it is of another type', path: [field] }]
  );
  if (issues.length > 0) return { issues };
  const { name, id, address, port, sslPort, registrationTimeUTC, serviceType, uriSpec, enabled } = said;
  const whole = (payload: P) => ({
    value: { name, id, address, port, sslPort, payload, registrationTimeUTC, serviceType, uriSpec, enabled },
  });
  if (schema === undefined) return whole(said.payload);
  const result = schema['~standard'].validate(said.payload);
  if (result instanceof Promise) return result as Promise<never>; // refused by `json`
  return result.issues === undefined ? whole(result.value) : result;
}
