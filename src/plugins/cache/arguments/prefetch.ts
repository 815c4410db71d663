import { duration, integer } from '../../../corefile/arguments.ts';
import type { Token } from '../../../corefile/ast.ts';
import type { Problems } from '../../../corefile/problem.ts';
import { quote } from '../../../corefile/quote.ts';
import type { PrefetchConfig } from '../config.ts';

const defaultGapMs = 60_000;
const defaultPercentage = 10;
const maxAmount = 65_535;

/** `AMOUNT [DURATION [PERCENTAGE%]]`; an AMOUNT of 0 is none. */
export function readPrefetch(args: readonly Token[], problems: Problems): PrefetchConfig | undefined {
  const [amountToken, gapToken, percentageToken] = args;
  const amount = integer(amountToken!, 'prefetch AMOUNT', { min: 0, max: maxAmount }, problems);
  const gapMs = gapToken ? duration(gapToken, 'prefetch DURATION', { min: 0 }, problems) : defaultGapMs;
  const percentage = percentageToken ? readPercentage(percentageToken, problems) : defaultPercentage;
  if (amount === undefined || amount === 0 || gapMs === undefined || percentage === undefined) return undefined;
  return { amount, gapMs, percentage };
}

function readPercentage(token: Token, problems: Problems): number | undefined {
  const [, digits] = /^(\d{1,3})%$/.exec(token.text) ?? [];
  const value = Number(digits);
  if (value >= 10 && value <= 90) return value;
  const message = `prefetch PERCENTAGE must be between '10%' and '90%', found ${quote(token.text)}`;
  problems.error('COREFILE_ARGUMENT', token.position, message);
  return undefined;
}
