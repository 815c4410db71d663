import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child } from '../support/child.ts';
import { freePorts } from '../support/free-ports.ts';

const run = promisify(execFile);
const startTimeoutMs = 60_000;
export const publishedZone = 'mesh.example.org';

export const keyText = readFileSync('test/support/publisher.key', 'utf8');
const secret = /secret "(.*)"/.exec(keyText)![1]!;

/** A name server on the loopback address that takes updates of mesh.example.org, and its secondary. */
export interface PrimaryLab {
  readonly directory: string;
  /** Of the primary server. */
  readonly port: number;
  readonly secondaryPort: number;
  /** Path of the key file. */
  readonly keyFile: string;
  /** Kills the primary server, and starts it again where it was. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

interface Started {
  readonly file: string;
  readonly args: readonly string[];
}

/** Writes the configuration and the zone of a server into a directory. */
type Prepare = (directory: string, port: number, secondaryPort: number) => Promise<Started>;

export interface Primary {
  readonly name: string;
  readonly commands: readonly string[];
  readonly prepare: Prepare;
}

/** The code block of docs/publish.md that begins with this line, with what is different on the loopback address. */
function example(firstLine: string, replacements: readonly (readonly [string, string])[]): string {
  const blocks = readFileSync('docs/publish.md', 'utf8').split(/^~~~ ?\w*\n/m);
  let text = blocks.find((block) => block.startsWith(firstLine));
  if (text === undefined) throw new Error(`docs/publish.md has no block that begins with '${firstLine}'`);
  for (const [from, to] of replacements) {
    if (!text.includes(from)) throw new Error(`the block '${firstLine}' of docs/publish.md lacks '${from}'`);
    text = text.replaceAll(from, to);
  }
  return text;
}

const zoneText = `$ORIGIN ${publishedZone}.
$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 127.0.0.1
www A 192.0.2.80
www TXT "somebody else's"
alias CNAME www
sub NS ns.sub
ns.sub A 192.0.2.81
`;

export const primaries: readonly Primary[] = [
  {
    name: 'Knot',
    commands: ['knotd'],
    prepare(directory, port, secondaryPort) {
      writeFileSync(join(directory, `${publishedZone}.zone`), zoneText);
      const config = example('# knot.conf', [
        ['192.0.2.53@53', `127.0.0.1@${port}`],
        ['192.0.2.54@53', `127.0.0.1@${secondaryPort}`],
        ['/var/lib/knot', directory],
        ['SECRET', secret],
      ]);
      writeFileSync(join(directory, 'knot.conf'), `${config}\nlog:\n  - target: stderr\n    any: info\n`);
      return Promise.resolve({ file: 'knotd', args: ['-c', join(directory, 'knot.conf')] });
    },
  },
  {
    name: 'BIND',
    commands: ['named'],
    prepare(directory, port, secondaryPort) {
      writeFileSync(join(directory, `${publishedZone}.zone`), zoneText);
      const zone = example('// named.conf', [
        ['/etc/bind/publisher.key', join(directory, 'publisher.key')],
        ['/var/lib/bind', directory],
        ['192.0.2.54', `127.0.0.1 port ${secondaryPort}`],
      ]);
      const options = `options {
  directory "${directory}"; pid-file none; session-keyfile "${directory}/session.key"; listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; }; recursion no; notify explicit; allow-query { any; };
};
controls {};
`;
      writeFileSync(join(directory, 'named.conf'), options + zone);
      return Promise.resolve({ file: 'named', args: ['-g', '-n', '1', '-c', join(directory, 'named.conf')] });
    },
  },
  {
    name: 'PowerDNS',
    commands: ['pdns_server', 'pdnsutil', 'sqlite3'],
    async prepare(directory, port, secondaryPort) {
      const database = join(directory, 'pdns.sqlite3');
      const config = example('# pdns.conf', [
        ['/var/lib/powerdns/pdns.sqlite3', database],
        ['192.0.2.0/24', '127.0.0.0/8'],
      ]);
      // It waits for no disk: on a busy one a transaction may take longer than publish waits.
      const own = `local-address=127.0.0.1\nlocal-port=${port}\nsocket-dir=${directory}\nonly-notify=\ngsqlite3-pragma-synchronous=0\n`;
      writeFileSync(join(directory, 'pdns.conf'), config + own);
      const script = example('# make the zone', [
        ['sqlite3 /var/lib/powerdns/pdns.sqlite3', `sqlite3 ${database}`],
        ['pdnsutil', `pdnsutil --config-dir=${directory}`],
        ['mesh.example.org.zone', join(directory, 'zone')],
        ['192.0.2.54', `127.0.0.1:${secondaryPort}`],
        ['SECRET', secret],
      ]);
      writeFileSync(join(directory, 'zone'), zoneText);
      writeFileSync(join(directory, 'setup.sh'), `set -e\n${script}`);
      await run('sh', [join(directory, 'setup.sh')]);
      return { file: 'pdns_server', args: [`--config-dir=${directory}`, '--daemon=no', '--guardian=no'] };
    },
  },
];

/** Starts the server and, where it is wanted, its secondary (Knot), and waits until both answer. */
export async function startPrimary({ prepare }: Primary, hasSecondary = true): Promise<PrimaryLab> {
  const directory = mkdtempSync(join(tmpdir(), 'primary-'));
  const [port, secondaryPort] = (await freePorts(2)) as [number, number];
  const keyFile = join(directory, 'publisher.key');
  writeFileSync(keyFile, keyText, { mode: 0o600 });
  const { file, args } = await prepare(directory, port, secondaryPort);
  let primary = new Child(file, args, directory);
  let secondary: Child | undefined;
  try {
    await primary.until(() => answers(port), startTimeoutMs);
    if (hasSecondary) {
      secondary = startSecondary(directory, port, secondaryPort);
      await secondary.until(() => answers(secondaryPort), startTimeoutMs);
    }
  } catch (error) {
    await primary.kill();
    await secondary?.kill();
    throw error;
  }
  return {
    directory,
    port,
    secondaryPort,
    keyFile,
    kill: () => primary.kill(),
    async restart() {
      primary = new Child(file, args, directory);
      await primary.until(() => answers(port), startTimeoutMs);
    },
    async stop() {
      await primary.kill();
      await secondary?.kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Knot, which transfers the zone with the key, and again at each NOTIFY. */
function startSecondary(directory: string, port: number, secondaryPort: number): Child {
  const own = join(directory, 'secondary');
  mkdirSync(own);
  const config = `server:
  listen: 127.0.0.1@${secondaryPort}
  rundir: ${own}
database:
  storage: ${own}
key:
  - id: publisher
    algorithm: hmac-sha256
    secret: ${secret}
remote:
  - id: primary
    address: 127.0.0.1@${port}
    key: publisher
acl:
  - id: notify
    address: 127.0.0.1
    action: notify
  # PowerDNS signs it.
  - id: signed-notify
    key: publisher
    action: notify
zone:
  - domain: ${publishedZone}
    storage: ${own}
    master: primary
    acl: [notify, signed-notify]
`;
  writeFileSync(join(own, 'knot.conf'), config);
  return new Child('knotd', ['-c', join(own, 'knot.conf')], own);
}

async function answers(port: number): Promise<boolean> {
  return (await lookUp(port, publishedZone, 'SOA')).length > 0;
}

/** The records of a name and type at a server, as dig prints them short; sorted. */
export async function lookUp(port: number, name: string, type: string): Promise<string[]> {
  const args = ['@127.0.0.1', '-p', String(port), '+short', '+norec', '+time=2', '+tries=1', name, type];
  const { stdout } = await run('dig', args);
  return stdout.split('\n').filter(Boolean).sort();
}

/** All records of the zone at a server but SOA, as `NAME TYPE DATA`; sorted. */
export async function wholeZone(port: number, keyFile: string): Promise<string[]> {
  const args = ['@127.0.0.1', '-p', String(port), '-k', keyFile, '+noall', '+answer', publishedZone, 'AXFR'];
  const { stdout } = await run('dig', args, { maxBuffer: 2 ** 28 });
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(';'));
  const records = lines.map((line) => line.split(/\s+/)).filter(([, , , type]) => type !== 'SOA');
  return records.map(([name, , , type, ...data]) => `${name!} ${type!} ${data.join(' ')}`).sort();
}

/** Changes the zone as somebody else does. */
export async function nsupdate({ port, keyFile, directory }: PrimaryLab, ...commands: string[]): Promise<void> {
  const script = join(directory, 'nsupdate.txt');
  const all = [`server 127.0.0.1 ${port}`, `zone ${publishedZone}`, ...commands, 'send', ''];
  writeFileSync(script, all.join('\n'));
  await run('nsupdate', ['-k', keyFile, '-v', script]);
}
