import { clientSubnetOption } from '../../../wire/client-subnet.ts';
import type { DerivedOptions } from '../../../wire/derived-query.ts';
import { maxUpstreamOptions } from '../../../wire/edns.ts';
import { encodeOptions, type EdnsOption, readOptions, sizeOfOptions } from '../../../wire/edns-options.ts';
import type { Query } from '../../../wire/query.ts';
import type { OptionRule } from '../config.ts';

/** RFC 5001. */
export const nsidOption = 3;

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
    if (data === undefined || (known < 0 && action === 'replace')) return false;
    if (known >= 0 && action === 'append') {
      // What the client has said stands, and other servers are told it.
      this.#codes.add(code);
      return false;
    }
    if (isReverted) this.#reverts.push({ code, data: this.#options[known]?.data });
    const option = { code, data };
    this.#options = known < 0 ? [...this.#options, option] : this.#options.with(known, option);
    this.#codes.add(code);
    return true;
  }

  /** Rules have named some of them, so that it matters what they are. */
  get isNamed(): boolean {
    return this.#codes.size > 0;
  }

  /** For a derived query. Other servers are told those that fit, the ones that rules have added first. */
  get derived(): DerivedOptions {
    const named = this.#options.filter(({ code }) => this.#codes.has(code));
    const others = named.filter(({ code }) => code !== clientSubnetOption);
    return {
      all: encodeOptions(this.#options),
      upstream: encodeOptions(thatFit(others)),
      tellsSubnet: this.#codes.has(clientSubnetOption),
    };
  }

  /**
   * Those of the rules that the client sees in the reply: as they were before what is reverted. What asks for an identifier, and the
   * subnet, are no answers to it.
   */
  get shown(): Uint8Array {
    let options = this.#options.filter(
      ({ code }) => this.#codes.has(code) && code !== clientSubnetOption && code !== nsidOption,
    );
    for (const { code, data } of this.#reverts.toReversed()) {
      const at = options.findIndex((option) => option.code === code);
      if (at >= 0) options = data === undefined ? options.toSpliced(at, 1) : options.with(at, { code, data });
    }
    return encodeOptions(options);
  }
}

/** Those that other servers can be told, the last ones first where there are too many. */
function thatFit(options: readonly EdnsOption[]): readonly EdnsOption[] {
  let room = maxUpstreamOptions;
  const fits = (option: EdnsOption): boolean => {
    const size = sizeOfOptions([option]);
    if (size > room) return false;
    room -= size;
    return true;
  };
  return options.toReversed().filter(fits).toReversed();
}
