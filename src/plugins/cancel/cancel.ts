import type { Plugin } from '../plugin.ts';
import { cancelHandler } from './handler.ts';
import { parseCancel } from './parse.ts';

export interface CancelConfig {
  /** How long a query may wait for other servers. Above 0. */
  readonly timeoutMs: number;
}

/** `cancel [TIMEOUT]`: queries that wait for longer are given up; who waits for others looks at `query.deadline`. */
export const cancelPlugin = {
  name: 'cancel',
  parse: parseCancel,
  query: cancelHandler,
} satisfies Plugin<CancelConfig>;
