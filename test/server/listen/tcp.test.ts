import { listenTcp } from '../../../src/server/listen/tcp.ts';
import { TcpClient } from '../../support/dns-client.ts';
import { describeStreamListener } from './stream-conformance.ts';

describeStreamListener('TCP', {
  protocol: 'tcp',
  listen: () => listenTcp,
  connect: (port) => TcpClient.connect(port),
  wrap: (raw) => Promise.resolve(raw),
});
