/**
 * The only part of the Kubernetes client that is used. It has a file of its own so that it can be imported on demand, and the
 * bundle still leaves out the rest of the client, which is 60 times as large.
 */
export { KubeConfig } from '@kubernetes/client-node/dist/config.js';
