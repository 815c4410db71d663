/** A slip of the finger is one or two edits; more is another word. */
const maxDistance = 2;

/**
 * The candidate nearest to `word` by Damerau-Levenshtein distance (optimal string alignment): at most `most` edits, 2 unless
 * it is said, and fewer than half the word's characters. Among equals the first candidate wins. `undefined` when none is near.
 */
export function nearest(word: string, candidates: Iterable<string>, most: 1 | 2 = maxDistance): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.min(most + 1, word.length / 2);
  for (const candidate of candidates) {
    const found = distance(word, candidate);
    if (found < bestDistance) {
      best = candidate;
      bestDistance = found;
    }
  }
  return best;
}

/** The end of a message: `; did you mean 'x'?`, or nothing when no candidate is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? '' : `; did you mean '${candidate}'?`;
}

function distance(from: string, to: string): number {
  // Also keeps the table small on hostile input: a long word is near to nothing short.
  if (Math.abs(from.length - to.length) > maxDistance) return maxDistance + 1;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(previous[column]! + 1, current[column - 1]! + 1, previous[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, beforePrevious[column - 2]! + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[to.length]!;
}
