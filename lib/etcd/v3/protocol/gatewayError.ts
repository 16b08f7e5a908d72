/** What the gateway says instead of an answer: the status of gRPC, and etcd's words. */
export interface GatewayError {
  readonly status: number;
  readonly words: string;
}

/** The forms of errors: of an answer, and of one that ends a stream; before 3.6 and since. */
interface Forms {
  readonly code?: unknown;
  readonly grpc_code?: unknown;
  readonly message?: unknown;
  readonly error?: unknown;
}

/** The error in an answer of the gateway, or `undefined`. */
export function gatewayError(json: unknown): GatewayError | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { error } = json as Forms;
  const inner = (typeof error === 'object' && error !== null ? error : json) as Forms;
  const status = inner.grpc_code ?? inner.code;
  const words = inner.message ?? error;
  return typeof status === 'number' && typeof words === 'string' ? { status, words } : undefined;
}
