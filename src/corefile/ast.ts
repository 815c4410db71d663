import type { Position } from './position.ts';

/** One word of a Corefile after environment variables and imports were expanded. */
export interface Token {
  readonly text: string;
  readonly position: Position;
  /** Written in double quotes: then `{`, `}`, `import` and `(x)` are plain words. */
  readonly quoted: boolean;
}

/**
 * One line of a server block, or of a block inside it: `name args... [{ block }]`.
 *
 *     forward . 10.0.0.1 {        name=forward args=[., 10.0.0.1]
 *         max_fails 3             block=[{ name=max_fails args=[3] }]
 *     }
 */
export interface Directive {
  readonly name: Token;
  readonly args: readonly Token[];
  /** `undefined` when the line has no braces; an empty array for `{ }`. */
  readonly block: readonly Directive[] | undefined;
}

/** The transports a server block can be served on. */
export type Scheme = 'dns' | 'tls' | 'quic' | 'https' | 'https3' | 'grpc';

/**
 * One key of a server block, `[SCHEME://]ZONE[:PORT]`. A CIDR key that does not end on an octet or nibble
 * gives several zones, so one written key may give several of these.
 */
export interface Key {
  readonly scheme: Scheme;
  /** Lower-case, absolute (ends in a dot), in presentation form: `example.org.`, `.`, `10.in-addr.arpa.` */
  readonly zone: string;
  /** `undefined`: the scheme's default port (for `dns` the -dns.port flag). */
  readonly port: number | undefined;
  readonly position: Position;
  /** As written, for messages. */
  readonly text: string;
}

export interface ServerBlock {
  readonly keys: readonly Key[];
  /** In file order. */
  readonly directives: readonly Directive[];
  /** Position of the first key. */
  readonly position: Position;
}
