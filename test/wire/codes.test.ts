import { expect, test } from 'vitest';
import { className, rcodeName, typeName } from '../../src/wire/codes.ts';

test.each([
  [typeName(1), 'A'],
  [typeName(65), 'HTTPS'],
  [typeName(255), 'ANY'],
  [typeName(65_280), 'TYPE65280'],
  [typeName(0), 'TYPE0'],
  [className(1), 'IN'],
  [className(3), 'CH'],
  [className(42), 'CLASS42'],
  [rcodeName(0), 'NOERROR'],
  [rcodeName(5), 'REFUSED'],
  [rcodeName(16), 'BADVERS'],
  [rcodeName(11), '11'],
])('%s', (found, expected) => expect(found).toBe(expected));
