import { InspectError, type Asker, type ClientText } from '../../plugins/inspection.ts';
import { canonicalAddress } from '../../wire/address.ts';

/** Throws InspectError for what is no address or no namespace, and for both. */
export function checkAsker({ client, namespace }: Asker): void {
  if (client !== undefined && namespace !== undefined) throw new InspectError('name a client or a namespace, not both');
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    throw new InspectError(`'${namespace}' is no namespace`);
  if (client !== undefined && canonicalAddress(client) === undefined)
    throw new InspectError(`'${client}' is no IP address`);
}

/** Who the asker is where no plugin knows more. */
export function plainClient({ client, namespace, isMeshed = false }: Asker): ClientText {
  if (namespace !== undefined) return { namespace, isMeshed, why: 'as it was asked for' };
  const address = client === undefined ? {} : { address: canonicalAddress(client)! };
  return { namespace: undefined, isMeshed: false, why: 'nothing says which namespace it is in', ...address };
}
