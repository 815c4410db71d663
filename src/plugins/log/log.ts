import type { Plugin } from '../plugin.ts';
import type { LogConfig } from './config.ts';
import { logHandler } from './handler.ts';
import { parseLog } from './parse.ts';

/** `log`: logs queries and their replies. */
export const logPlugin = {
  name: 'log',
  parse: parseLog,
  query: logHandler,
} satisfies Plugin<LogConfig>;
