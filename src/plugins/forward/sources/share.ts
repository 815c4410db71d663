/**
 * Cuts lists so that they have no more than `max` entries together: each has its first one, and those that come first have more.
 * There are no more lists than `max`.
 */
export function share<Entry>(lists: readonly (readonly Entry[])[], max: number): (readonly Entry[])[] {
  let spare = max - lists.filter((list) => list.length > 0).length;
  return lists.map((list) => {
    const more = Math.min(Math.max(list.length - 1, 0), spare);
    spare -= more;
    return list.slice(0, 1 + more);
  });
}
