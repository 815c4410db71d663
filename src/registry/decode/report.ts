import type { Rejection, RejectionReason } from '../model/rejection.ts';

/** Rejections of one object that are reported one by one; another one counts the rest. */
export const maxRejectionsPerObject = 100;
/** A URL around the longest name. */
const maxWrittenLength = 300;
const noRejections: readonly Rejection[] = Object.freeze([]);

/** Collects what is left out of one object. */
export class Report {
  #object = '';
  readonly #kind: string;
  readonly #origin: string;
  #list: Rejection[] | undefined;
  #leftOver = 0;
  #leftOverReason: RejectionReason = 'object';

  constructor(kind: string, origin: string) {
    this.#kind = kind;
    this.#origin = origin;
  }

  /** Called as soon as the name is known; every later message carries it. */
  identify(namespace: string, name: string): void {
    this.#object = `${this.#kind} ${namespace}/${name}`;
  }

  /**
   * `field` is a path like `spec.hosts[1]`, `message` what was found and what was expected; `written` is a host or address
   * that is left out.
   */
  add(reason: RejectionReason, field: string, message: string, written?: unknown): void {
    this.#list ??= [];
    if (this.#list.length === maxRejectionsPerObject) {
      this.#leftOver++;
      this.#leftOverReason = reason;
      return;
    }
    const rejection = { reason, object: this.#object, field, message, origin: this.#origin };
    this.#list.push(isShort(written) ? { ...rejection, written: [written] } : rejection);
  }

  finish(): readonly Rejection[] {
    if (this.#list === undefined) return noRejections;
    if (this.#leftOver === 0) return this.#list;
    const message = `${this.#leftOver} more parts of this object were left out`;
    return [
      ...this.#list,
      { reason: this.#leftOverReason, object: this.#object, field: '', message, origin: this.#origin },
    ];
  }
}

/** A text that is short enough to be a host or an address. */
export function isShort(written: unknown): written is string {
  return typeof written === 'string' && written.length <= maxWrittenLength;
}
