import { createServer } from 'node:net';
import type { Listen } from './listener.ts';
import { connectionBacklog, StreamListener } from './stream-listener.ts';

/** TCP on node:net: RFC 7766, with pipelining and answers out of order. */
export const listenTcp: Listen = (address, environment) =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.once('error', reject);
    server.listen(
      {
        port: address.port,
        host: address.address,
        ipv6Only: address.family === 6,
        reusePort: address.reusePort,
        backlog: connectionBacklog(environment.maxConnections),
      },
      () => {
        server.off('error', reject);
        const listener = new StreamListener(server, 'tcp', address, environment);
        server.on('connection', (socket) => listener.serve(socket));
        resolve(listener);
      },
    );
  });
