import type { Work } from '../../../../runtime/sliced-work.ts';
import { movedTo, type Declaration } from '../declaration.ts';
import type { LoadedFile } from '../loaded-file.ts';

/**
 * What a file had before and no longer has, where that may be a slip: while a part of it does not parse, or is no object with
 * a valid name, any of them may be what is meant; an object that is left out whole is what it was before. So an
 * API server keeps an object that is replaced by an invalid one. As soon as all of the file is fine, what is gone is gone.
 *
 * @param nowMs Unix time
 */
export function* keepMissing(before: LoadedFile | undefined, after: LoadedFile, nowMs: number): Work<LoadedFile> {
  if (after.problem !== undefined) return after;
  const { isAnyLost, lostKeys } = after.documents.faults;
  const isFine = !isAnyLost && lostKeys.size === 0;
  if (before === undefined || isFine) return { ...after, kept: [], keptSince: undefined };
  if (before.documents === after.documents && before.kept === after.kept) return after;
  const present = new Set<string | undefined>([undefined]);
  for (const { key } of after.documents.declarations) {
    present.add(key);
    yield;
  }
  const place = { ...after.place, isKept: true };
  const kept: Declaration[] = [];
  for (const declaration of [...before.documents.declarations, ...before.kept]) {
    yield;
    const { key, line } = declaration;
    if (key === undefined || present.has(key) || !(isAnyLost || lostKeys.has(key))) continue;
    present.add(key);
    kept.push(movedTo(declaration, place, line, kept.length));
  }
  return { ...after, kept, keptSince: kept.length === 0 ? undefined : (before.keptSince ?? nowMs) };
}
