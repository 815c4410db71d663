import { expect, test } from 'vitest';
import { classCode, className, rcodeName, rcodeOf } from '../../src/wire/codes.ts';
import { typeCode, typeName } from '../../src/wire/record-types.ts';
import { rcodeSlot, rcodeSlotName, rcodeSlots } from '../../src/wire/rcode-slots.ts';

test.each([
  [typeName(1), 'A'],
  [typeName(65), 'HTTPS'],
  [typeName(255), 'ANY'],
  [typeName(65_280), 'TYPE65280'],
  [typeName(257), 'CAA'],
  [typeCode('caa'), 257],
  [typeCode('TYPE65280'), 65_280],
  [typeCode('TYPE65536'), undefined],
  [typeCode('constructor'), undefined],
  [rcodeOf('nxdomain'), 3],
  [rcodeOf('nothing'), undefined],
  [classCode('ch'), 3],
  [classCode('CLASS42'), 42],
  [typeName(0), 'TYPE0'],
  [className(1), 'IN'],
  [className(3), 'CH'],
  [className(42), 'CLASS42'],
  [rcodeName(0), 'NOERROR'],
  [rcodeName(5), 'REFUSED'],
  [rcodeName(16), 'BADVERS'],
  [rcodeName(7), 'YXRRSET'],
  [rcodeName(11), 'DSOTYPENI'],
  [rcodeName(12), '12'],
  [rcodeName(23), 'BADCOOKIE'],
  [rcodeName(24), '24'],
  [rcodeName(4095), '4095'],
])('%s', (found, expected) => expect(found).toBe(expected));

test('codes are counted in a bounded number of slots, whatever codes there come', () => {
  const slots = new Set(Array.from({ length: 4096 }, (_, code) => rcodeSlot(code)));
  expect(slots.size).toBe(rcodeSlots);
  expect(rcodeSlotName(rcodeSlot(16))).toBe('BADVERS');
  expect(rcodeSlotName(rcodeSlot(23))).toBe('BADCOOKIE');
  expect(rcodeSlotName(rcodeSlot(14))).toBe('14');
  for (const code of [24, 25, 100, 4095]) expect(rcodeSlotName(rcodeSlot(code))).toBe('other');
});
