import { rcodeName } from './codes.ts';

/** Response codes that are counted one by one: those of a header, and those with upper bits that are assigned, up to BADCOOKIE. */
const named = 24;

/** Numbers that are needed to count replies by their code, whatever codes there come. */
export const rcodeSlots = named + 1;

/** Where a code is counted: all that are not assigned have the last slot. */
export function rcodeSlot(code: number): number {
  return code < named ? code : named;
}

/** The `rcode` label of a slot. */
export function rcodeSlotName(slot: number): string {
  return slot < named ? rcodeName(slot) : 'other';
}
