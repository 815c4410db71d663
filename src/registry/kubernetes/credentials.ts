import type { KubeConfig } from '@kubernetes/client-node';
import type { RequestOptions } from 'node:https';
import type { ClusterConfig } from './config.ts';

/** Where and how the next request goes. */
export interface Access {
  /** URL of the API server, without a slash at its end. */
  readonly server: string;
  /** TLS, headers, and an agent where a proxy is to be used. */
  readonly options: RequestOptions;
  readonly usesProxy: boolean;
}

/**
 * The account at one API server, by way of the Kubernetes client's own KubeConfig: token files are read again after a
 * minute, exec plugins are asked again when their credential has expired, files of certificates each time.
 */
export class Credentials {
  readonly #config: ClusterConfig;
  readonly #root: string;
  #kubeConfig: Promise<KubeConfig> | undefined;

  /** `root` stands before the paths of the account that a Pod is given, for tests. */
  constructor(config: ClusterConfig, root = '') {
    this.#config = config;
    this.#root = root;
  }

  /** Forgets tokens and files: they are read anew. */
  reload(): void {
    this.#kubeConfig = undefined;
  }

  /** Rejects with what a person should read. */
  async forRequest(): Promise<Access> {
    try {
      this.#kubeConfig ??= this.#load();
      const config = await this.#kubeConfig;
      const cluster = config.getCurrentCluster()!;
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options);
      const usesProxy = typeof cluster.proxyUrl === 'string' && cluster.proxyUrl !== '';
      return { server: cluster.server.replace(/\/+$/, ''), options, usesProxy };
    } catch (error) {
      // A file may be there the next time.
      this.#kubeConfig = undefined;
      throw error;
    }
  }

  async #load(): Promise<KubeConfig> {
    // 310 ms and 92 MB: only for those who watch an API server.
    const { KubeConfig } = await import('./kube-config.ts');
    const config = new KubeConfig();
    load(config, this.#config, this.#root);
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error(`the kubeconfig has no cluster for context ${JSON.stringify(config.currentContext)}`);
    // There is nothing to verify; the client wants it said.
    if (!cluster.server.startsWith('https:')) Object.assign(cluster, { skipTLSVerify: true });
    return config;
  }
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
      config.loadFromFile(how.file);
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
