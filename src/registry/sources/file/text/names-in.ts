const maxLength = 1024 * 1024;
const maxNames = 256;

/**
 * The words of a text that may be DNS names or addresses, for a document that cannot be read: whoever looks for one of them learns why.
 * `undefined` where there are too many to say.
 */
export function namesIn(text: string): readonly string[] | undefined {
  if (text.length > maxLength) return undefined;
  const names = new Set<string>();
  for (const [word] of text.matchAll(
    /(?:\*\.)?[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+|[0-9a-f]*(?::[0-9a-f]*){2,7}/giu,
  )) {
    if (names.size === maxNames) return undefined;
    if (word.length <= 253) names.add(word.toLowerCase());
  }
  // They would keep the whole text in memory.
  return structuredClone([...names]);
}
