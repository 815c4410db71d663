import type { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import type { ClusterConfig } from './cluster-config.ts';
import { errorCode, errorMessage } from '../runtime/errors.ts';

/** What the next request needs. */
export interface Access {
  /** URL of the API server, without a slash at its end. */
  readonly server: string;
  /** TLS, and an agent where a proxy is to be used. */
  readonly options: RequestOptions;
  /** The `Authorization` header; `undefined` without TLS. */
  readonly authorization: string | undefined;
  readonly usesProxy: boolean;
}

/**
 * The credentials for one API server, from the KubeConfig of the Kubernetes client: token files are read again after a minute,
 * exec plugins run again when their credential has expired, files of certificates are read each time.
 */
export class Credentials {
  readonly #config: ClusterConfig;
  readonly #onWithheld: (server: string) => void;
  readonly #root: string;
  #kubeConfig: Promise<KubeConfig> | undefined;
  #hasWithheld = false;

  /**
   * @param onWithheld called once if there are credentials that are not sent because the URL of the server is no https
   * @param root prefix of the paths of the Pod's service account, for tests
   */
  constructor(config: ClusterConfig, onWithheld: (server: string) => void = () => undefined, root = '') {
    this.#config = config;
    this.#onWithheld = onWithheld;
    this.#root = root;
  }

  /** Tokens and files are read anew for the next request. */
  reload(): void {
    this.#kubeConfig = undefined;
  }

  /** Rejects with an error for people. */
  async forRequest(): Promise<Access> {
    try {
      this.#kubeConfig ??= this.#load();
      const config = await this.#kubeConfig;
      const cluster = config.getCurrentCluster()!;
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const url = new URL(cluster.server);
      const authorization = authorizationOf(options) ?? authorizationIn(url);
      url.username = '';
      url.password = '';
      const tokenFile = tokenFileOf(config);
      if (tokenFile !== undefined && authorization === undefined) throw new Error(`${tokenFile} is empty`);
      const usesProxy = typeof cluster.proxyUrl === 'string' && cluster.proxyUrl !== '';
      return { server: url.href.replace(/\/+$/, ''), options, authorization, usesProxy };
    } catch (error) {
      // The file may be there, or whole, the next time.
      this.#kubeConfig = undefined;
      throw error;
    }
  }

  async #load(): Promise<KubeConfig> {
    // It takes 310 ms and 92 MB: only for those who watch an API server.
    const { KubeConfig } = await import('./kube-config.ts');
    const config = new KubeConfig();
    load(config, this.#config, this.#root);
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error(`the kubeconfig has no cluster for context ${JSON.stringify(config.currentContext)}`);
    const url = URL.parse(cluster.server);
    if (!url) throw new Error(`${JSON.stringify(cluster.server)} is no URL of an API server`);
    if (url.protocol !== 'https:') this.#withhold(config, url);
    return config;
  }

  /** Without TLS anybody on the way could read credentials: none are loaded (as in client-go). */
  #withhold(config: KubeConfig, url: URL): void {
    const user = config.getCurrentUser();
    const hasAny = url.username !== '' || (user !== null && Object.keys(user).some((key) => key !== 'name'));
    url.username = '';
    url.password = '';
    // There is nothing to verify, but the client insists on the option.
    Object.assign(config.getCurrentCluster()!, { server: url.href, skipTLSVerify: true });
    config.users = config.users.map(({ name }) => ({ name }));
    if (!hasAny || this.#hasWithheld) return;
    this.#hasWithheld = true;
    this.#onWithheld(url.href);
  }
}

function authorizationOf({ headers, auth }: RequestOptions): string | undefined {
  // The token of a file often ends in a line break.
  const given = (headers as Readonly<Record<string, unknown>> | undefined)?.Authorization;
  const text = typeof given === 'string' ? given.trim() : '';
  if (text !== '' && text !== 'Bearer') return text;
  return typeof auth === 'string' ? `Basic ${Buffer.from(auth).toString('base64')}` : undefined;
}

/** `https://USER:PASSWORD@HOST` */
function authorizationIn({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

function tokenFileOf(config: KubeConfig): string | undefined {
  const provider = config.getCurrentUser()?.authProvider as { config?: { tokenFile?: unknown } } | undefined;
  const file = provider?.config?.tokenFile;
  return typeof file === 'string' ? file : undefined;
}

function load(config: KubeConfig, how: ClusterConfig, root: string): void {
  switch (how.kind) {
    case 'in-cluster':
      if (!process.env.KUBERNETES_SERVICE_HOST || !process.env.KUBERNETES_SERVICE_PORT) {
        throw new Error(
          'this is no Pod of a cluster (KUBERNETES_SERVICE_HOST is not set); name a source with kubeconfig, endpoint or file',
        );
      }
      config.loadFromCluster(root);
      break;
    case 'kubeconfig':
      loadFile(config, how.file);
      if (how.context !== undefined) {
        if (!config.getContextObject(how.context)) {
          throw new Error(`${how.file} has no context ${JSON.stringify(how.context)}`);
        }
        config.setCurrentContext(how.context);
      }
      break;
    case 'endpoint': {
      const { url, tls } = how;
      config.loadFromClusterAndUser(
        { name: 'endpoint', server: url, skipTLSVerify: false, ...(tls ? { caFile: tls.ca } : {}) },
        { name: 'endpoint', ...(tls ? { certFile: tls.cert, keyFile: tls.key } : {}) },
      );
    }
  }
}

function loadFile(config: KubeConfig, file: string): void {
  try {
    config.loadFromFile(file);
  } catch (error) {
    // A system error has the path in it. The client throws anything where the file is empty, or half written.
    if (errorCode(error) !== '') throw error;
    throw new Error(`${file} is no kubeconfig: ${errorMessage(error)}`, { cause: error });
  }
}
