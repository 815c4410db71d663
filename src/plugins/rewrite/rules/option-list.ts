import { clientSubnetOption } from '../../../wire/client-subnet.ts';
import { encodeOptions, type EdnsOption, readOptions, sizeOfOptions } from '../../../wire/edns-options.ts';
import type { Query } from '../../../wire/query.ts';
import type { OptionRule } from '../config.ts';

/** Octets of all options that go upstream. */
export const maxUpstreamOptions = 512;

/** The EDNS options of a query while rules change them. */
export class OptionList {
  #options: readonly EdnsOption[];
  /** Those that rules have named: they are meant for upstreams. */
  readonly #codes = new Set<number>();
  /** How the client's view of them comes about, from the last to the first: without data the option was not there. */
  readonly #reverts: { readonly code: number; readonly data: Uint8Array | undefined }[] = [];

  constructor(query: Query) {
    this.#options = query.edns ? readOptions(query.bytes, query.optionsStart, query.optionsEnd) : [];
  }

  /** Applies a rule; false where it does nothing. `data` is what the option is to hold. */
  apply({ action, code, isReverted }: OptionRule, data: Uint8Array | undefined): boolean {
    if (action === 'unset') {
      this.#options = this.#options.filter((option) => option.code !== code);
      return true;
    }
    const known = this.#options.findIndex((option) => option.code === code);
    if (data === undefined || (known < 0 ? action === 'replace' : action === 'append')) {
      // What the client has said stands, and is meant for upstreams as what the rule says would be.
      if (known >= 0) this.#codes.add(code);
      return false;
    }
    const before = this.#options[known]?.data;
    const option = { code, data };
    const after = known < 0 ? [...this.#options, option] : this.#options.with(known, option);
    if (sizeOfOptions(after.filter((each) => each.code === code || this.#codes.has(each.code))) > maxUpstreamOptions)
      return false;
    this.#options = after;
    this.#codes.add(code);
    if (isReverted) this.#reverts.push({ code, data: before });
    return true;
  }

  /** Rules have named some of them, so that it matters what they are. */
  get isNamed(): boolean {
    return this.#codes.size > 0;
  }

  /** All of them, as the RDATA of an OPT record. */
  get all(): Uint8Array {
    return encodeOptions(this.#options);
  }

  /** Those that go upstream. */
  get upstream(): Uint8Array {
    return encodeOptions(this.#options.filter(({ code }) => this.#codes.has(code)));
  }

  /** Those of the rules that the client sees in the reply: as they were before what is reverted. The subnet is no answer to it. */
  get shown(): Uint8Array {
    let options = this.#options.filter(({ code }) => this.#codes.has(code) && code !== clientSubnetOption);
    for (const { code, data } of this.#reverts.toReversed()) {
      const at = options.findIndex((option) => option.code === code);
      if (at >= 0) options = data === undefined ? options.toSpliced(at, 1) : options.with(at, { code, data });
    }
    return encodeOptions(options);
  }
}
