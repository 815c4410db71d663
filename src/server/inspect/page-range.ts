import { InspectError } from '../../plugins/inspection.ts';

/** Rows that one request gets at most, and without `limit`. */
const maxLimit = 500;
const defaultLimit = 50;

/** The parameters of `rangeOf`. */
export const rangeParameters = ['offset', 'limit'] as const;

/** Which part of a list is wanted: `offset` from 0, `limit` from 1 to 500. Throws InspectError for numbers that are none. */
export function rangeOf(parameters: URLSearchParams): { readonly offset: number; readonly limit: number } {
  return {
    offset: numberOf(parameters, 'offset', 0, Number.MAX_SAFE_INTEGER) ?? 0,
    limit: numberOf(parameters, 'limit', 1, maxLimit) ?? defaultLimit,
  };
}

function numberOf(parameters: URLSearchParams, name: string, min: number, max: number): number | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (number >= min && number <= max) return number;
  throw new InspectError(`'${text}' is no ${name}; expected a number from ${min} to ${max}`);
}
