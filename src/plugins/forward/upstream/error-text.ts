const texts: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EADDRNOTAVAIL: 'the source address is not available',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files',
  ERR_HTTP2_ERROR: 'what the server sent is not HTTP/2',
  ERR_HTTP2_GOAWAY_SESSION: 'the server is about to close the HTTP/2 connection',
  ERR_HTTP2_INVALID_SESSION: 'the HTTP/2 connection is closed',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the server speaks no TLS version from 1.2 on',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the server speaks no TLS version from 1.2 on',
  ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL: 'the server does not serve this protocol over TLS',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the server asks for a certificate of ours',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the server does not trust the CA of our certificate',
};

/** What a system error means, in few words for a log line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as NodeJS.ErrnoException;
  // Node.js gives this the code of a reset.
  if (error.message.startsWith('Client network socket disconnected before'))
    return 'connection closed during the TLS handshake';
  const [, part, http2Code] = /^(Stream|Session) closed with error code (\w+)$/.exec(error.message) ?? [];
  if (http2Code !== undefined) {
    return `the server ended the HTTP/2 ${part === 'Stream' ? 'stream' : 'connection'} with the code ${http2Code}`;
  }
  return (code !== undefined ? texts[code] : undefined) ?? code ?? error.message;
}
