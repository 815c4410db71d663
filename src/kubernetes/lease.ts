import type { Clock } from '../runtime/clock.ts';
import { asFields } from '../runtime/untyped.ts';
import type { ApiResponse, WritingApiClient } from './api-client.ts';
import { ApiError, BadStreamError } from './api-errors.ts';
import { readStatusMessage } from './api-request.ts';
import { textOf } from './lines.ts';

/** A Lease has a few hundred octets, and its managed fields some more. */
const maxBytes = 256 * 1024;

/** `spec` of a Lease (coordination.k8s.io/v1), as far as an election needs it. */
export interface LeaseSpec {
  /** '' where nobody holds it. */
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  /** MicroTime, RFC 3339. */
  readonly acquireTime: string | undefined;
  readonly renewTime: string | undefined;
  readonly leaseTransitions: number;
}

export interface Lease {
  readonly resourceVersion: string;
  readonly spec: LeaseSpec;
  /** Labels and annotations, which others may have set. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** One Lease object of an API server. Rejects with ApiError, or where no answer comes in time. */
export interface LeaseApi {
  /** `undefined` where there is none. */
  get(): Promise<Lease | undefined>;
  /** Rejects with ApiError 409 where another one was faster. */
  create(spec: LeaseSpec): Promise<Lease>;
  /** Replaces the one that was read; ApiError 409 where it has changed since. */
  update(lease: Lease, spec: LeaseSpec): Promise<Lease>;
}

export interface HttpLeaseOptions {
  readonly api: WritingApiClient;
  readonly namespace: string;
  readonly name: string;
  readonly clock: Clock;
  /** For a whole request. */
  readonly timeoutMs: number;
}

export class HttpLease implements LeaseApi {
  readonly #options: HttpLeaseOptions;
  readonly #collection: string;

  constructor(options: HttpLeaseOptions) {
    this.#options = options;
    this.#collection = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`;
  }

  async get(): Promise<Lease | undefined> {
    const { api, name } = this.#options;
    try {
      return await this.#send((signal) => api.get(`${this.#collection}/${name}`, signal));
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  create(spec: LeaseSpec): Promise<Lease> {
    const { api, namespace, name } = this.#options;
    const body = objectOf({ namespace, name }, spec);
    return this.#send((signal) => api.send('POST', this.#collection, body, signal));
  }

  update({ metadata, resourceVersion }: Lease, spec: LeaseSpec): Promise<Lease> {
    const { api, name } = this.#options;
    const body = objectOf({ ...metadata, resourceVersion }, spec);
    return this.#send((signal) => api.send('PUT', `${this.#collection}/${name}`, body, signal));
  }

  async #send(request: (signal: AbortSignal) => Promise<ApiResponse>): Promise<Lease> {
    const { api, clock, timeoutMs } = this.#options;
    const abort = new AbortController();
    const cancel = clock.after(timeoutMs, () => abort.abort());
    try {
      const { status, body, retryAfterMs } = await request(abort.signal);
      if (status === 401) api.reloadCredentials();
      if (status !== 200 && status !== 201) {
        const message = await readStatusMessage(body, (text) => api.redact(text));
        throw new ApiError(status, `${status} ${message}`.trim(), retryAfterMs);
      }
      return readLease(await wholeText(body));
    } catch (error) {
      if (abort.signal.aborted) throw new Error(`nothing came for ${timeoutMs / 1000} s`, { cause: error });
      throw error;
    } finally {
      cancel();
    }
  }
}

function objectOf(metadata: object, spec: LeaseSpec): unknown {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
}

async function wholeText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > maxBytes) throw new BadStreamError('the Lease is too long');
    parts.push(part);
  }
  return textOf(parts);
}

function readLease(text: string): Lease {
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch (error) {
    throw new BadStreamError('the Lease is no JSON', { cause: error });
  }
  const { metadata, spec } = asFields(object) ?? {};
  const fields = asFields(metadata);
  if (typeof fields?.resourceVersion !== 'string') throw new BadStreamError('the Lease has no resourceVersion');
  const { holderIdentity, leaseDurationSeconds, acquireTime, renewTime, leaseTransitions } = asFields(spec) ?? {};
  return {
    resourceVersion: fields.resourceVersion,
    metadata: fields,
    spec: {
      holderIdentity: typeof holderIdentity === 'string' ? holderIdentity : '',
      leaseDurationSeconds: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : 0,
      acquireTime: typeof acquireTime === 'string' ? acquireTime : undefined,
      renewTime: typeof renewTime === 'string' ? renewTime : undefined,
      leaseTransitions: typeof leaseTransitions === 'number' ? leaseTransitions : 0,
    },
  };
}
