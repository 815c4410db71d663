import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const host = '127.0.0.1';
/**
 * Above those that `fetch` refuses (10080 is the last), and below the ports that systems give to sockets that name none, so that
 * nobody takes one in between.
 */
const firstPort = 10_100;
const lastPort = 32_000;

/**
 * So many ports that are free for UDP and TCP on 127.0.0.1, and that no test gets again while this process lives. A look alone
 * is not enough: name servers share a port without an error (SO_REUSEPORT), and two tests would get each other's answers.
 */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  const start = firstPort + Math.floor(Math.random() * (lastPort - firstPort));
  for (let i = 0; ports.length < count; i++) {
    if (i === lastPort - firstPort) throw new Error(`found ${ports.length} free ports, and ${count} are needed`);
    const port = firstPort + ((start - firstPort + i) % (lastPort - firstPort));
    if (
      (await isFree((opened, failed) => reserve(port, opened, failed))) &&
      (await isFree((opened, failed) => bindUdp(port, opened, failed))) &&
      (await isFree((o, f) => bindTcp(port, o, f)))
    ) {
      ports.push(port);
    }
  }
  return ports;
}

type Bind = (opened: () => void, failed: () => void) => void;

function isFree(bind: Bind): Promise<boolean> {
  return new Promise((resolve) =>
    bind(
      () => resolve(true),
      () => resolve(false),
    ),
  );
}

/** An abstract Unix socket is the reservation: all processes of the network namespace see it, and it ends with its process. */
function reserve(port: number, reserved: () => void, taken: () => void): void {
  const server = createServer();
  server.once('error', taken);
  server.listen(`\0serviceentry-dns-test-port-${port}`, reserved).unref();
}

function bindUdp(port: number, opened: () => void, failed: () => void): void {
  const socket = createSocket('udp4');
  socket.once('error', failed);
  socket.bind(port, host, () => socket.close(opened));
}

function bindTcp(port: number, opened: () => void, failed: () => void): void {
  const server = createServer();
  server.once('error', failed);
  server.listen(port, host, () => server.close(opened));
}
