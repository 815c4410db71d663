import type { Node, Pod } from '../model/object.ts';

/** Where a Pod is: as its label says, else where its node is; '' where that is not known. */
export function podLocality({ locality }: Pod, node: Node | undefined): string {
  return locality ?? node?.locality ?? '';
}
