import type { Clock } from '../runtime/clock.ts';
import type { ApiClient } from './api-client.ts';
import { request, type ReadBody } from './api-request.ts';
import type { Resource } from './resource.ts';
import type { ReflectorTiming } from './timing.ts';

export interface CollectionOptions {
  readonly resource: Resource;
  /** `undefined` for all namespaces. */
  readonly namespace: string | undefined;
  /** '' for all objects. */
  readonly labelSelector: string;
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly timing: ReflectorTiming;
}

/** One collection of an API server, in the version of its group that the server has. */
export class Collection {
  readonly #options: CollectionOptions;
  readonly #signal: AbortSignal;
  readonly #onAnswer: () => void;
  #version = 0;

  /** `signal` ends requests; `onAnswer` is called when the head of a 200 has arrived. */
  constructor(options: CollectionOptions, signal: AbortSignal, onAnswer: () => void) {
    this.#options = options;
    this.#signal = signal;
    this.#onAnswer = onAnswer;
  }

  /** `networking.istio.io/v1`. */
  get apiVersion(): string {
    return this.#versionPath.replace(/^apis?\//, '');
  }

  /** Takes the next version of the group; false when all have been tried, and the first one is the next. */
  tryNextVersion(): boolean {
    this.#version = (this.#version + 1) % this.#options.resource.versions.length;
    return this.#version !== 0;
  }

  /** A GET with the selectors of the collection. Parameters that are '' are left out. See `request`. */
  get<Result>(query: Readonly<Record<string, string>>, silenceMs: number, read: ReadBody<Result>): Promise<Result> {
    const { resource, namespace, labelSelector, api, clock, timing } = this.#options;
    const { plural, fieldSelector } = resource;
    const within = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    const parameters = Object.entries({ ...query, labelSelector, fieldSelector }).filter(([, value]) => value !== '');
    const path = `/${this.#versionPath}${within}/${plural}?${new URLSearchParams(parameters).toString()}`;
    const options = { api, clock, responseTimeoutMs: timing.responseTimeoutMs, signal: this.#signal };
    return request(options, path, silenceMs, (response, setSilenceLimit) => {
      this.#onAnswer();
      return read(response, setSilenceLimit);
    });
  }

  get #versionPath(): string {
    return this.#options.resource.versions[this.#version]!;
  }
}
