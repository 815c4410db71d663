import type { Work } from '../../../../runtime/sliced-work.ts';
import type { LoadedFile } from '../loaded-file.ts';
import { PackedDocuments } from '../packed-documents.ts';

/**
 * What a file had before and has no more, where that may be a slip: while a part of it does not parse, or is no object that
 * could be told from others, any of them may be what is meant; an object that is left out whole is what it was before. So an
 * API server keeps an object that is replaced by an invalid one. As soon as all of the file is fine, what is gone is gone.
 *
 * @param nowMs Unix time
 */
export function* keepMissing(before: LoadedFile | undefined, after: LoadedFile, nowMs: number): Work<LoadedFile> {
  if (after.problem !== undefined) return after;
  const { isAnyLost, lostKeys } = after.documents.faults;
  const isFine = !isAnyLost && lostKeys.size === 0;
  if (before === undefined || isFine) {
    return after.kept === undefined ? after : { ...after, kept: undefined, keptSince: undefined };
  }
  if (before.documents === after.documents && before.kept === after.kept) return after;
  const present = new Set<string>();
  for (let index = 0; index < after.documents.length; index++) {
    for (const { key } of after.documents.at(index).claims) present.add(key);
    yield;
  }
  const kept = new PackedDocuments({ ...after.place, isKept: true });
  for (const documents of [before.documents, before.kept]) {
    for (let index = 0; index < (documents?.length ?? 0); index++) {
      const document = documents!.at(index);
      const claims = document.claims.filter(({ key }) => !present.has(key) && (isAnyLost || lostKeys.has(key)));
      for (const { key } of claims) present.add(key);
      if (claims.length > 0) kept.push({ ...document, position: kept.length, claims, rejections: [] });
      yield;
    }
  }
  kept.settle();
  if (kept.length === 0) return { ...after, kept: undefined, keptSince: undefined };
  return { ...after, kept, keptSince: before.keptSince ?? nowMs };
}
