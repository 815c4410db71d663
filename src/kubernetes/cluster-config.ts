/** How an API server is reached. */
export type ClusterConfig =
  /** By the service account of the Pod. */
  | { readonly kind: 'in-cluster' }
  | { readonly kind: 'kubeconfig'; readonly file: string; readonly context: string | undefined }
  | { readonly kind: 'endpoint'; readonly url: string; readonly tls: EndpointTls | undefined };

/** Paths of PEM files. */
export interface EndpointTls {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}
