import type { Clock } from '../runtime/clock.ts';
import type { ApiClient } from './api-client.ts';
import { exchange, type ReadBody } from './exchange.ts';
import { apiVersionOf, collectionPath, type Resource } from './resource.ts';
import type { ReflectorTiming } from './timing.ts';

export interface CollectionOptions {
  readonly resource: Resource;
  /** `undefined` for all. */
  readonly namespace: string | undefined;
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

  /** `signal` ends what is under way; `onAnswer` is called when the head of a success has come. */
  constructor(options: CollectionOptions, signal: AbortSignal, onAnswer: () => void) {
    this.#options = options;
    this.#signal = signal;
    this.#onAnswer = onAnswer;
  }

  /** `networking.istio.io/v1`. */
  get apiVersion(): string {
    return apiVersionOf(this.#path);
  }

  /** Goes over to the next version of the group; false when all have been tried. */
  tryNextVersion(): boolean {
    this.#version = (this.#version + 1) % this.#options.resource.versions.length;
    return this.#version !== 0;
  }

  /** A GET; the body of the answer may be silent for `silenceMs` at the most. See `exchange`. */
  get<Result>(query: Readonly<Record<string, string>>, silenceMs: number, read: ReadBody<Result>): Promise<Result> {
    const { resource, namespace, labelSelector, api, clock, timing } = this.#options;
    const { fieldSelector } = resource;
    const path = collectionPath(resource, this.#path, namespace, { ...query, labelSelector, fieldSelector });
    const options = { api, clock, responseTimeoutMs: timing.responseTimeoutMs, signal: this.#signal };
    return exchange(options, path, silenceMs, (response, limitSilence) => {
      this.#onAnswer();
      return read(response, limitSilence);
    });
  }

  get #path(): string {
    return this.#options.resource.versions[this.#version]!;
  }
}
