import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/free-ports.ts';
import { ApiClient, type Access } from './api-client.ts';
import { Child } from '../../support/child.ts';
import { Etcd } from './etcd.ts';
import { writeKubeconfig, type KubeconfigOptions } from './kubeconfig.ts';
import type { Tools } from './tools.ts';

/** Limit of a start; on a busy machine it takes 10 s. */
const startTimeoutMs = 120_000;

/** A user whose token the API server knows from its start. */
export interface User {
  readonly name: string;
  readonly token: string;
}

/** An etcd and a kube-apiserver on loopback ports, with RBAC and without nodes or controllers. */
export class Cluster {
  readonly tools: Tools;
  readonly directory: string;
  /** In the group system:masters: may do everything. */
  readonly admin: ApiClient;
  /** May do nothing until a role is bound to it. */
  readonly restricted: User = { name: 'restricted', token: randomBytes(16).toString('hex') };
  readonly port: number;
  readonly etcd: Etcd;
  readonly #adminToken: string;
  readonly #ca: string;
  #server: Child;
  #kubeconfigs = 0;

  private constructor(tools: Tools, directory: string, etcd: Etcd, port: number, started: Started) {
    this.tools = tools;
    this.directory = directory;
    this.etcd = etcd;
    this.port = port;
    this.#adminToken = started.adminToken;
    this.#server = started.child;
    this.#ca = readFileSync(join(directory, 'certs', 'apiserver.crt'), 'utf8');
    this.admin = new ApiClient(this.access());
  }

  static async start(tools: Tools): Promise<Cluster> {
    const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-e2e-'));
    const etcd = await Etcd.start(tools.etcd, directory);
    try {
      const [port] = (await freePorts(1)) as [number];
      const adminToken = randomBytes(16).toString('hex');
      const restricted = { name: 'restricted', token: randomBytes(16).toString('hex') };
      writeFileSync(
        join(directory, 'tokens.csv'),
        `${adminToken},admin,1,"system:masters"\n${restricted.token},${restricted.name},2\n`,
      );
      writeKeys(directory);
      const child = launch(tools, directory, etcd, port);
      try {
        await child.until(() => isReady(directory, port, adminToken), startTimeoutMs);
        const cluster = new Cluster(tools, directory, etcd, port, { child, adminToken });
        Object.assign(cluster.restricted, restricted);
        return cluster;
      } catch (error) {
        await child.kill();
        throw error;
      }
    } catch (error) {
      await etcd.kill();
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Process of the API server. */
  get pid(): number {
    return this.#server.pid;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  /** As the administrator, or with another token. */
  access(token = this.#adminToken): Access {
    return { url: this.url, ca: this.#ca, token };
  }

  /** A new file for kubectl and our own server, of the administrator unless it says otherwise. */
  kubeconfig(options: Partial<KubeconfigOptions> = {}): string {
    const file = join(this.directory, `kubeconfig-${this.#kubeconfigs++}`);
    const user = options.tokenFile === undefined ? { token: this.#adminToken } : {};
    writeKubeconfig(file, { url: this.url, ca: this.#ca, ...user, ...options });
    return file;
  }

  /** Ends the API server at once; etcd goes on. */
  kill(): Promise<void> {
    return this.#server.kill();
  }

  /** Starts the API server again at the same port, and waits until it is ready. */
  async restart(): Promise<void> {
    await this.#server.kill();
    this.#server = launch(this.tools, this.directory, this.etcd, this.port);
    await this.#server.until(() => isReady(this.directory, this.port, this.#adminToken), startTimeoutMs);
  }

  /** Stops the API server's process without ending it: its connections stay open, and nothing comes. */
  pause(): void {
    this.#server.signal('SIGSTOP');
  }

  resume(): void {
    this.#server.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    this.admin.close();
    await this.#server.kill();
    await this.etcd.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

interface Started {
  readonly child: Child;
  readonly adminToken: string;
}

/** The key pair of service account tokens. */
function writeKeys(directory: string): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(join(directory, 'sa.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(directory, 'sa.pub'), publicKey.export({ type: 'spki', format: 'pem' }));
  mkdirSync(join(directory, 'certs'));
}

function launch(tools: Tools, directory: string, etcd: Etcd, port: number): Child {
  const file = (name: string): string => join(directory, name);
  const flags = {
    'etcd-servers': etcd.url,
    'bind-address': '127.0.0.1',
    'advertise-address': '127.0.0.1',
    'secure-port': port,
    'cert-dir': file('certs'),
    'service-cluster-ip-range': '10.0.0.0/24',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-signing-key-file': file('sa.key'),
    'service-account-key-file': file('sa.pub'),
    'authorization-mode': 'RBAC',
    'token-auth-file': file('tokens.csv'),
    // There is no controller that makes the account that each Pod would need.
    'disable-admission-plugins': 'ServiceAccount',
    'enable-priority-and-fairness': true,
    'endpoint-reconciler-type': 'none',
    v: 0,
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  return new Child(tools.apiServer, args, directory);
}

async function isReady(directory: string, port: number, token: string): Promise<boolean> {
  const ca = readFileSync(join(directory, 'certs', 'apiserver.crt'), 'utf8');
  const client = new ApiClient({ url: `https://127.0.0.1:${port}`, ca, token });
  try {
    return (await client.send<string>('GET', '/readyz')) === 'ok';
  } finally {
    client.close();
  }
}
