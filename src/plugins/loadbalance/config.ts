/** The one policy that is built. */
export interface LoadbalanceConfig {
  readonly policy: 'round_robin';
}
