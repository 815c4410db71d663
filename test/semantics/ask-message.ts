import { expect } from 'vitest';
import { decodeMessage } from '../support/dns-message.ts';
import { typeCode } from '../support/dns-rdata.ts';
import { clientSubnet, encodeQuery } from '../support/query.ts';
import { splitAsk, type Expected } from './case.ts';
import type { Asker } from './expect-reply.ts';

/** From the octets of a query, sent from an address, to those of its reply. */
export type Exchange = (message: Uint8Array, from: string) => Promise<Uint8Array>;

/** Asks with messages of our own, and reads the replies with a decoder of our own. */
export function messageAsker(exchange: Exchange): Asker {
  let id = 0x1234;
  return async ({ ask, edns, subnet, from = '127.0.0.1', rd = true, cd = false }: Expected) => {
    const [name, type] = splitAsk(ask);
    id = (id * 5 + 1) & 0xffff;
    const opt = subnet === undefined ? edns : { ...(edns === true ? {} : edns), options: clientSubnet(subnet) };
    const message = encodeQuery(name, typeCode(type), { id, rd, cd, ...(opt ? { edns: opt } : {}) });
    const reply = decodeMessage(await exchange(message, from));
    // No option but the one that was sent, in the same octets.
    const options = reply.opt?.subnet === undefined ? 0 : clientSubnet(subnet!).length;
    expect({ id: reply.id, opcode: reply.opcode, options: reply.opt?.options ?? 0 }).toEqual({
      id,
      opcode: 0,
      options,
    });
    return reply;
  };
}
