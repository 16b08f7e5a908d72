/** A connected byte stream to one client, whatever carries it. */
export interface Wire {
  /** The client's address, as in `127.0.0.1`. */
  readonly address: string;
  readonly port: number;
  /** The subject of the client's certificate, as RFC 2253 writes it, where it has shown one. */
  readonly certificate: string | undefined;
  /** Sends bytes. Returns whether their memory may be used again at once. */
  write(bytes: Uint8Array): boolean;
  /** Stops reading: the client is held back, until {@link release}. */
  hold(): void;
  /** Reads on. */
  release(): void;
  /** Closes in good order: written bytes are delivered. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

/** The server's side of one client. */
export interface WireHandler {
  receive(chunk: Buffer): void;
  /** The client has gone. */
  closed(): void;
}

/** Who takes clients in. */
export interface WireAcceptor {
  readonly accepting: boolean;
  attach(wire: Wire): WireHandler;
}
