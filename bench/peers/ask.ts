import { exchangeUdp, TcpClient } from '../../test/support/dns-client.ts';
import { decodeMessage, type DnsMessage } from '../../test/support/dns-message.ts';
import { encodeQuery } from '../../test/support/query.ts';
import type { Question } from './questions.ts';
import type { Transport } from './servers/kind.ts';

const patienceMs = 1000;

/** One question to a server on this machine; rejects where there is no reply in time, by default a second. */
export async function ask(
  port: number,
  transport: Transport,
  { name, type }: Question,
  timeoutMs = patienceMs,
): Promise<DnsMessage> {
  const query = encodeQuery(name, type);
  if (transport === 'udp') return decodeMessage(await exchangeUdp(port, query, { timeoutMs }));
  const client = await (transport === 'tcp'
    ? TcpClient.connect(port)
    : TcpClient.connectTls(port, { rejectUnauthorized: false, timeout: timeoutMs }));
  try {
    client.send(query);
    return decodeMessage(await client.next(timeoutMs));
  } finally {
    client.close();
  }
}
