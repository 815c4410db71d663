/** A copy of a text. A part of a string keeps all of it in memory, which may be a whole file that nobody else holds. */
export function ownText(text: string): string {
  return Buffer.from(text).toString();
}
