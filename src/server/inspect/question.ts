import { domainToASCII } from 'node:url';
import { canonicalAddress } from '../../wire/address.ts';
import { reverseName } from '../../wire/reverse-name.ts';
import { rrType } from '../../wire/codes.ts';
import { encodeName } from '../../wire/name.ts';
import { InspectError } from '../../plugins/inspection.ts';

/**
 * Reads what is asked about: a name, also an internationalised one, or an IP address, whose reverse name it is then. The type
 * is A, or PTR for an address, unless it is said. Throws InspectError for what is neither name nor type.
 */
export function readQuestion(question: { readonly name: string; readonly type?: string | undefined }): {
  name: string;
  type: number;
} {
  const { name, type } = question;
  const address = canonicalAddress(name);
  const asked = address === undefined ? asciiName(name) : reverseName(address);
  if (!encodeName(asked)) throw new InspectError(`'${name}' is no name`);
  const word = (type ?? (address === undefined ? 'A' : 'PTR')).toUpperCase();
  const code = (rrType as Readonly<Record<string, number>>)[word] ?? Number(/^TYPE(\d{1,5})$/.exec(word)?.[1] ?? NaN);
  if (!(code > 0 && code < 65_536) || code === rrType.OPT) throw new InspectError(`'${type ?? ''}' is no record type`);
  return { name: asked, type: code };
}

/** An internationalised name in the form in which DNS has it (RFC 5890 section 2.3.2.1). */
function asciiName(name: string): string {
  return /[^ -~]/.test(name) ? domainToASCII(name) : name;
}
