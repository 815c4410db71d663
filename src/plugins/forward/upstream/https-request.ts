import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import { familyOf, normalizeAddress } from '../../../wire/address.ts';
import { defaultPorts, type DohMethod, type UpstreamAddress } from '../config.ts';
import type { Attempt } from './attempt.ts';
import { maxPaddedSize, writePaddedRequest } from './padding.ts';

/** CoreDNS serves and asks this path only; RFC 8484 leaves it open. */
const path = '/dns-query';
/** RFC 8484 section 6. */
export const messageType = 'application/dns-message';

/** Makes the HTTP requests to one upstream (RFC 8484 section 4.1). */
export class HttpsRequester {
  /** `https://dns.example:8443`. */
  readonly authority: string;
  readonly #headers: OutgoingHttpHeaders;
  readonly #method: DohMethod;
  readonly #message = Buffer.alloc(maxPaddedSize);

  constructor(upstream: UpstreamAddress, method: DohMethod) {
    const host = hostOf(upstream.serverName ?? upstream.address);
    const authority = upstream.port === defaultPorts.https ? host : `${host}:${upstream.port}`;
    this.authority = `https://${authority}`;
    this.#method = method;
    this.#headers = { ':authority': authority, ':scheme': 'https', ':method': method, accept: messageType };
  }

  /** Sends a query on a stream of its own; throws where the session takes no more. */
  request(session: ClientHttp2Session, attempt: Attempt): ClientHttp2Stream {
    const length = writePaddedRequest(this.#message, 0, attempt, 0);
    if (this.#method === 'GET') {
      const encoded = this.#message.toString('base64url', 0, length);
      return session.request({ ...this.#headers, ':path': `${path}?dns=${encoded}` }, { endStream: true });
    }
    const stream = session.request({
      ...this.#headers,
      ':path': path,
      'content-type': messageType,
      'content-length': length,
    });
    stream.end(Buffer.from(this.#message.subarray(0, length)));
    return stream;
  }
}

/** An address in the form that URLs have (RFC 3986 section 3.2.2), without its zone. */
function hostOf(name: string): string {
  const address = normalizeAddress(name.replace(/%.*/, ''));
  if (address === undefined) return name;
  return familyOf(address) === 6 ? `[${address}]` : address;
}
