/**
 * The one thing that is used of the Kubernetes client. It has a file of its own so that it can be imported when it is
 * needed and the bundle still leaves out the rest of the client, which is 60 times as large.
 */
export { KubeConfig } from '@kubernetes/client-node/dist/config.js';
