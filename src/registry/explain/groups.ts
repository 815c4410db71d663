import { localityOf } from '../../table/locality.ts';
import type { HostAnswer } from '../resolve/answer.ts';
import { addressesFor, groupsByDistance } from '../resolve/nearest.ts';
import type { GroupExplanation } from './explanation.ts';

/** By `distance`. */
const relations = ['nearest', 'same zone', 'same region', 'elsewhere'] as const;

/** The groups of an answer in the order in which a client in this locality gets them. */
export function explainGroups(
  answer: HostAnswer,
  client: string,
  nearest: 'off' | 'first' | 'only',
): GroupExplanation[] {
  if (!answer.groups) return [];
  const { groups, weights } = answer.groups;
  const answered = new Set(addressesFor(answer, client, nearest));
  return groupsByDistance(groups, localityOf(client)).map(({ locality, addresses, endpointHostnames, far }) => ({
    locality,
    relation: client === '' ? 'how far is not known' : relations[far]!,
    addresses: [...addresses, ...endpointHostnames].map((each) => {
      return weights ? `${each} weight ${weights.get(each)}` : each;
    }),
    isLeftOut: endpointHostnames.length === 0 && !addresses.some((address) => answered.has(address)),
  }));
}
