import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { certPath, keyPath } from '../support/tls/files.ts';

/** A server that answers any name below `example.` with 192.0.2.1, over TLS, and over HTTPS where it has that. */
export interface EncryptedServer {
  readonly name: string;
  /** The program, to be looked for. */
  readonly program: string;
  readonly hasHttps: boolean;
  /** Writes its configuration into the directory, and returns the command. */
  setup(directory: string, tlsPort: number, httpsPort: number): readonly string[];
}

const [cert, key] = [certPath('server'), keyPath('server')];

/** `coredns` is the path of its program. */
export function encryptedServers(coredns: string): readonly EncryptedServer[] {
  return [
    {
      name: 'CoreDNS',
      program: coredns,
      hasHttps: true,
      setup(directory, tlsPort, httpsPort) {
        const block = (scheme: string, port: number): string => `${scheme}://.:${port} {
    bind 127.0.0.1
    tls ${cert} ${key}
    template IN A example {
        answer "{{ .Name }} 60 IN A 192.0.2.1"
    }
}
`;
        const text = block('tls', tlsPort) + block('https', httpsPort);
        return [coredns, '-conf', write(directory, 'Corefile', text)];
      },
    },
    {
      name: 'Unbound',
      program: 'unbound',
      hasHttps: true,
      setup(directory, tlsPort, httpsPort) {
        const lines = [
          `interface: 127.0.0.1@${tlsPort}`,
          `interface: 127.0.0.1@${httpsPort}`,
          `tls-port: ${tlsPort}`,
          `https-port: ${httpsPort}`,
          `tls-service-key: "${key}"`,
          `tls-service-pem: "${cert}"`,
          'username: ""',
          'chroot: ""',
          `directory: "${directory}"`,
          `pidfile: "${directory}/unbound.pid"`,
          'use-syslog: no',
          'local-zone: "example." redirect',
          'local-data: "example. 60 A 192.0.2.1"',
        ];
        const text = `server:\n${lines.map((line) => `  ${line}\n`).join('')}`;
        return ['unbound', '-d', '-c', write(directory, 'unbound.conf', text)];
      },
    },
    {
      name: 'dnsdist',
      program: 'dnsdist',
      hasHttps: true,
      setup(directory, tlsPort, httpsPort) {
        const lines = [
          `addTLSLocal("127.0.0.1:${tlsPort}", "${cert}", "${key}")`,
          `addDOHLocal("127.0.0.1:${httpsPort}", "${cert}", "${key}", {"/dns-query"})`,
          'addAction(AllRule(), SpoofAction("192.0.2.1"))',
        ];
        const file = write(directory, 'dnsdist.conf', `${lines.join('\n')}\n`);
        return ['dnsdist', '--supervised', '--disable-syslog', '-C', file];
      },
    },
    {
      name: 'NSD',
      program: 'nsd',
      hasHttps: false,
      setup(directory, tlsPort) {
        const records = ['@ SOA ns hostmaster 1 3600 600 86400 300', '@ NS ns', 'ns A 127.0.0.1', '* A 192.0.2.1'];
        const zone = write(directory, 'zone', `$ORIGIN example.\n$TTL 60\n${records.join('\n')}\n`);
        const text = `server:
  ip-address: 127.0.0.1@${tlsPort}
  server-count: 1
  username: ""
  zonesdir: "${directory}"
  database: ""
  pidfile: "${directory}/nsd.pid"
  xfrdfile: "${directory}/xfrd.state"
  xfrdir: "${directory}"
  zonelistfile: "${directory}/zone.list"
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  tls-port: ${tlsPort}
  tls-service-pem: "${cert}"
  tls-service-key: "${key}"
remote-control:
  control-enable: no
zone:
  name: example
  zonefile: "${zone}"
`;
        return ['nsd', '-d', '-c', write(directory, 'nsd.conf', text)];
      },
    },
  ];
}

function write(directory: string, name: string, text: string): string {
  const file = join(directory, name);
  writeFileSync(file, text);
  return file;
}
