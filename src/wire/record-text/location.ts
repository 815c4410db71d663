import type { RdataWords } from './rdata-words.ts';

/** The equator and the prime meridian; the unit is a thousandth of a second of arc (RFC 1876 section 2). */
const middle = 2 ** 31;
/** Centimetres below the reference spheroid at which altitudes begin. */
const altitudeBase = 10_000_000;

/** LOC: `D [M [S]] N|S D [M [S]] E|W ALTITUDE[m] [SIZE[m] [HORIZONTAL[m] [VERTICAL[m]]]]` (RFC 1876 section 3). */
export function location(words: RdataWords): void {
  const latitude = angle(words, 90, 'N', 'S');
  const longitude = angle(words, 180, 'E', 'W');
  const altitudeWord = words.take('an altitude in metres');
  const altitude = /^-?\d{1,8}(\.\d{1,2})?m?$/i.test(altitudeWord.text) ? parseFloat(altitudeWord.text) : NaN;
  const centimetres = Math.round(altitude * 100) + altitudeBase;
  if (!(centimetres >= 0 && centimetres < 2 ** 32)) words.fail('an altitude in metres', altitudeWord);
  // 1 m, 10 km, 10 m.
  const precisions = [0x12, 0x16, 0x13].map((otherwise) => (words.isAtEnd ? otherwise : precision(words)));
  words.put([0, ...precisions]);
  for (const value of [latitude, longitude, centimetres]) words.putNumber(value, 4);
}

function angle(words: RdataWords, maxDegrees: number, positive: string, negative: string): number {
  const direction = new RegExp(`^[${positive}${negative}]$`, 'i');
  let value = words.number('degrees', maxDegrees) * 3_600_000;
  if (!direction.test(words.peek()?.text ?? '')) value += words.number('minutes', 59) * 60_000;
  if (!direction.test(words.peek()?.text ?? '')) {
    const seconds = words.take('seconds');
    if (/^[0-5]?\d(\.\d{1,3})?$/.test(seconds.text)) value += Math.round(Number(seconds.text) * 1000);
    else words.fail('seconds below 60', seconds);
  }
  const letter = words.take(`${positive} or ${negative}`);
  if (!direction.test(letter.text)) words.fail(`${positive} or ${negative}`, letter);
  if (value > maxDegrees * 3_600_000) words.fail(`at most ${maxDegrees} degrees`, letter);
  return letter.text.toUpperCase() === positive ? middle + value : middle - value;
}

/** Metres as a digit and a power of ten, in centimetres (RFC 1876 section 2). */
function precision(words: RdataWords): number {
  const word = words.take('metres');
  const metres = /^(\d{1,8}(\.\d{1,2})?|\.\d{1,2})m?$/i.test(word.text) ? parseFloat(word.text) : NaN;
  if (!(metres <= 90_000_000)) words.fail('metres up to 90000000', word);
  let value = Math.round(metres * 100);
  let exponent = 0;
  for (; value >= 10; exponent++) value = Math.floor(value / 10);
  return (value << 4) | exponent;
}
