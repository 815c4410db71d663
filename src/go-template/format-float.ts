/** Decimal places at which JavaScript stops. */
const maxPlaces = 100;

/**
 * The text of a number as Go's strconv.FormatFloat has it: `e`, `f`, or `g`, which takes `e` for exponents below -4 and, without a
 * precision, of 6 and more. A precision of -1 is as many digits as are needed.
 */
export function formatFloat(value: number, form: 'e' | 'f' | 'g', precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const places = Math.min(precision, maxPlaces);
  const sign = Object.is(value, -0) || value < 0 ? '-' : '';
  const size = Math.abs(value);
  if (form === 'f') return sign + (places < 0 ? plain(size) : size.toFixed(places));
  if (form === 'e') return sign + exponential(size, places);
  const digits = places < 0 ? undefined : Math.max(places, 1);
  const [, exponent = '0'] = size.toExponential(digits === undefined ? undefined : digits - 1).split('e');
  const isShort = Number(exponent) >= -4 && Number(exponent) < (digits ?? 6);
  if (!isShort) return sign + withoutZeros(exponential(size, digits === undefined ? -1 : digits - 1));
  return (
    sign + (digits === undefined ? plain(size) : withoutZeros(size.toFixed(Math.max(digits - 1 - Number(exponent), 0))))
  );
}

/** `1.5e+06`, `2e-07`: at least two digits of exponent. */
function exponential(size: number, places: number): string {
  const [mantissa, exponent = ''] = (places < 0 ? size.toExponential() : size.toExponential(places)).split('e');
  return `${mantissa}e${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** All digits, without an exponent. */
function plain(size: number): string {
  const text = String(size);
  if (!text.includes('e')) return text;
  if (size >= 1) return BigInt(size).toString();
  const [mantissa = '', exponent] = text.split('e');
  return `0.${'0'.repeat(-Number(exponent) - 1)}${mantissa.replace('.', '')}`;
}

/** Without zeros at the end of the fraction. */
function withoutZeros(text: string): string {
  const [mantissa = '', exponent] = text.split('e');
  const short = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
  return exponent === undefined ? short : `${short}e${exponent}`;
}
