import { Agent, request } from 'node:https';

const timeoutMs = 30_000;

/** Any object of the API, as JSON. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
    readonly uid?: string;
  };
  readonly [field: string]: unknown;
}

/** What names an object, without the rest of it. */
export type Reference = Pick<Manifest, 'apiVersion' | 'kind' | 'metadata'>;

/** An answer other than 2xx. */
export class ApiError extends Error {
  readonly status: number;

  constructor(what: string, status: number, body: string) {
    super(`${what}: ${status} ${body.slice(0, 500)}`);
    this.status = status;
  }
}

/** How one user reaches one API server. */
export interface Access {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** As much of a client as the tests need; none of the product's code is in it. */
export class ApiClient {
  readonly #access: Access;
  readonly #agent: Agent;

  constructor(access: Access) {
    this.#access = access;
    this.#agent = new Agent({ keepAlive: true, ca: access.ca, maxSockets: 16 });
  }

  create<T = Manifest>(object: Manifest): Promise<T> {
    return this.send<T>('POST', collectionPath(object), object);
  }

  /** Replaces the object as it is now. */
  async update(object: Manifest): Promise<Manifest> {
    const { metadata } = await this.get(object);
    const resourceVersion = metadata.resourceVersion!;
    return this.send('PUT', objectPath(object), { ...object, metadata: { ...object.metadata, resourceVersion } });
  }

  /** Merge patch (RFC 7396). */
  patch(object: Reference, patch: unknown): Promise<Manifest> {
    return this.send('PATCH', objectPath(object), patch, 'application/merge-patch+json');
  }

  /** Sets fields of the status. */
  patchStatus(object: Reference, status: unknown): Promise<Manifest> {
    return this.send('PATCH', `${objectPath(object)}/status`, { status }, 'application/merge-patch+json');
  }

  /** Deletes at once, without a grace period. */
  async delete(object: Reference): Promise<void> {
    await this.send('DELETE', `${objectPath(object)}?gracePeriodSeconds=0`);
  }

  /** Deletes all objects of this kind in this namespace. */
  async deleteAll(object: Reference): Promise<void> {
    await this.send('DELETE', `${collectionPath(object)}?gracePeriodSeconds=0`);
  }

  get(object: Reference): Promise<Manifest> {
    return this.send('GET', objectPath(object));
  }

  close(): void {
    this.#agent.destroy();
  }

  send<T = Manifest>(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<T> {
    const { url, token } = this.#access;
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${token}`, accept: 'application/json', 'content-type': contentType };
      const call = request(`${url}${path}`, { method, headers, agent: this.#agent, timeout: timeoutMs }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          const status = response.statusCode!;
          if (status < 200 || status > 299) reject(new ApiError(`${method} ${path}`, status, text));
          else resolve((text.startsWith('{') ? JSON.parse(text) : text) as T);
        });
      });
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.on('error', reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

const plurals: Readonly<Record<string, string>> = { ServiceEntry: 'serviceentries', WorkloadEntry: 'workloadentries' };

function collectionPath({ apiVersion, kind, metadata }: Reference): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  return `${root}${scope}/${plurals[kind] ?? `${kind.toLowerCase()}s`}`;
}

function objectPath(object: Reference): string {
  return `${collectionPath(object)}/${object.metadata.name}`;
}
