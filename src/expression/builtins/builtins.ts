import { arrayBuiltins } from './arrays.ts';
import type { Builtin } from './builtin.ts';
import { conversionBuiltins } from './conversions.ts';
import { mapBuiltins } from './maps.ts';
import { numberBuiltins } from './numbers.ts';
import { stringBuiltins } from './strings.ts';

/** The functions of expr, without those that take a predicate (compile/predicates.ts). */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  Object.entries({
    ...stringBuiltins,
    ...numberBuiltins,
    ...arrayBuiltins,
    ...mapBuiltins,
    ...conversionBuiltins,
  }),
);

/** Those that are not built. */
export const missingBuiltins: ReadonlySet<string> = new Set(['now', 'date', 'duration', 'timezone']);
