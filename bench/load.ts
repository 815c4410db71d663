import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AskingClient } from './asking-client.ts';
import { ServerUnderTest } from './bundled-server.ts';
import { hostName } from './fixture.ts';
import { cpuSeconds, residentMemory } from './processes.ts';

// The bundled server (`npm run build`) with one worker reads ServiceEntries, each with one host, one address and one or two
// ports, from YAML files and from JSON Lists: time from the start of the process to the answer for the last host, processor
// time, and memory of the whole process, at the end and at its highest.

const hosts = Number(process.argv[2] ?? 1_000_000);
if (!Number.isInteger(hosts) || hosts < 1) throw new Error('usage: npm run bench:load [-- NUMBER_OF_HOSTS]');
const perFile = 100_000;
/** For the collector to come round, and for memory to be given back. */
const restMs = 20_000;

for (const format of ['yaml', 'json'] as const) {
  const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-load-'));
  try {
    for (let first = 0; first < hosts; first += perFile) writeObjects(directory, format, first);
    await measure(directory, format);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

async function measure(directory: string, format: string): Promise<void> {
  const server = await ServerUnderTest.start([`file ${directory}`, 'startup_timeout 10m']);
  const client = new AskingClient(server.port);
  try {
    await client.until(hostName(hosts - 1), addressOf(hosts - 1), 'patient');
    const elapsed = ((performance.now() - server.startedAt) / 1000).toFixed(1);
    const loaded = `loaded after ${elapsed} s, ${cpuSeconds(server.pid).toFixed(1)} s of processor time`;
    console.log(`${hosts} hosts from ${format}: ${loaded}, resident ${residentMemory(server.pid)}`);
    await new Promise((resolve) => setTimeout(resolve, restMs));
    console.log(`${restMs / 1000} s later: resident ${residentMemory(server.pid)}`);
  } finally {
    client.close();
    await server.stop();
  }
}

function writeObjects(directory: string, format: 'yaml' | 'json', first: number): void {
  const name = `part-${String(first / perFile).padStart(4, '0')}.${format}`;
  const file = openSync(join(directory, name), 'w');
  if (format === 'json') writeSync(file, '{"apiVersion":"v1","kind":"List","items":[\n');
  for (let index = first; index < Math.min(hosts, first + perFile); index++) {
    const separator = index === first ? '' : format === 'json' ? ',\n' : '---\n';
    writeSync(file, separator + (format === 'json' ? jsonOf(index) : yamlOf(index)));
  }
  if (format === 'json') writeSync(file, '\n]}\n');
  closeSync(file);
}

function portsOf(index: number): { number: number; name: string; protocol: string }[] {
  const http = { number: 80, name: 'http', protocol: 'HTTP' };
  return index % 2 === 0 ? [http] : [http, { number: 443, name: 'https', protocol: 'TLS' }];
}

function jsonOf(index: number): string {
  return JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: `se-${index}`, namespace: `team-${index % 97}` },
    spec: {
      hosts: [hostName(index)],
      addresses: [addressOf(index)],
      ports: portsOf(index),
      location: 'MESH_INTERNAL',
      resolution: 'STATIC',
    },
  });
}

function yamlOf(index: number): string {
  const ports = portsOf(index).map(
    ({ number, name, protocol }) => `  - number: ${number}\n    name: ${name}\n    protocol: ${protocol}\n`,
  );
  return `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: se-${index}
  namespace: team-${index % 97}
spec:
  hosts:
  - ${hostName(index)}
  addresses:
  - ${addressOf(index)}
  ports:
${ports.join('')}  location: MESH_INTERNAL
  resolution: STATIC
`;
}

function addressOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}
