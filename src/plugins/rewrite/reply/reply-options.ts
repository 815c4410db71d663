import { clientSubnetOf, clientSubnetOption, isForSubnet } from '../../../wire/client-subnet.ts';
import { encodeOptions, readOptions } from '../../../wire/edns-options.ts';
import type { Query } from '../../../wire/query.ts';

/**
 * The options of the client's reply where rules have changed those of its query: what came back, and of what the rules have set
 * `shown`. A Client Subnet is kept for the client that has told that very one.
 */
export function replyOptions(query: Query, replied: Uint8Array, shown: Uint8Array): Uint8Array {
  const asked = clientSubnetOf(query);
  const keepsSubnet = asked !== undefined && isForSubnet(asked, replied, 0, replied.length);
  const options = readOptions(replied).filter(({ code }) => code !== clientSubnetOption || keepsSubnet);
  const added = readOptions(shown).filter(({ code }) => !options.some((option) => option.code === code));
  return encodeOptions([...options, ...added]);
}
